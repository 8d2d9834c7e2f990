"""The reranker: a three-layer cross-encoder, trained here on published question-answer pairs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from cds_service.models.reranker import NAME, Reranker
from model_export.checkpoint import begun
from model_export.manifest import Release, publish
from model_export.reranking.groups import Answer, Group, groups, neighbours, read_answers, split
from model_export.task import DATA, Task, TaskFailed

VERSION, SEED, EPOCHS = "1.0.0", 1, 1
PAIRS = "medquad_qa.jsonl.gz"
WORK = Path(".run") / "reranker"  # checkpoints: a run that was cut off goes on
MOST_LOSS = 0.005  # int8 against fp32, mean reciprocal rank over the held-out groups


def train(weights: Path) -> None:
    """Train, export, quantize, compare, and publish. Raises TaskFailed when int8 ranks worse than fp32."""
    from model_export.quantize import export_classifier, quantize_dynamic
    from model_export.reranking import network
    from model_export.tasks.embedder import published_model

    known, held = split(read_answers(DATA / PAIRS), SEED)
    near = neighbours(known)
    folder = WORK / "model"
    if not begun(folder):
        shutil.rmtree(WORK, ignore_errors=True)
        network.start(published_model(), (f"{one.question} {one.passage}" for one in known), folder)
    network.train(folder, lambda epoch: groups(known, near, network.seeded(SEED, epoch)), EPOCHS, len(known))
    fp32 = export_classifier(folder, WORK / "fp32")
    int8 = quantize_dynamic(fp32, WORK / "int8")
    tokenizer = folder / "tokenizer.json"
    tests = _tests(held)
    scores = {"fp32": _ranked(fp32, tokenizer, tests), "int8": _ranked(int8, tokenizer, tests)}
    if scores["fp32"]["mrr"] - scores["int8"]["mrr"] > MOST_LOSS:
        raise TaskFailed(f"int8 ranks worse than fp32: {scores}")
    publish(_release(int8, tokenizer, scores), weights)
    shutil.rmtree(WORK)  # the next run is a run, not the end of this one


def _release(int8: Path, tokenizer: Path, scores: Mapping[str, Mapping[str, float]]) -> Release:
    return Release(
        model=NAME,
        version=VERSION,
        parts={"model": (int8, "reranker.onnx"), "tokenizer": (tokenizer, "reranker-tokenizer.json")},
        data="MedQuAD (Ben Abacha and Demner-Fushman 2019, CC BY 4.0), with question phrasings of ours",
        licence="Apache-2.0 (weights of all-MiniLM-L6-v2), trained on CC BY 4.0 text",
        scores=scores,
        made_with=("torch", "transformers", "optimum", "optimum-onnx", "onnx", "onnxruntime", "tokenizers"),
    )


def _tests(held: Sequence[Answer]) -> list[Group]:
    from model_export.reranking.network import seeded

    return list(groups(held, neighbours(held), seeded(SEED, 10_000)))


def _ranked(model: Path, tokenizer: Path, tests: Sequence[Group]) -> dict[str, float]:
    """How often the right passage of a held-out group comes first, and its mean reciprocal rank."""
    score = _scorer(model, tokenizer)
    ranks = []
    for group in tests:
        right, *wrong = (score(group.question, passage) for passage in group.passages)
        ranks.append(1 + sum(other >= right for other in wrong))
    return {
        "n": len(ranks),
        "first": round(fmean(rank == 1 for rank in ranks), 4),
        "mrr": round(fmean(1 / rank for rank in ranks), 4),
    }


def _scorer(model: Path, tokenizer: Path) -> Callable[[str, str], float]:
    """The scores as the service would make them."""
    import onnxruntime as ort
    from tokenizers import Tokenizer

    session = ort.InferenceSession(model.read_bytes(), providers=["CPUExecutionProvider"])
    return Reranker(session, Tokenizer.from_file(str(tokenizer)), VERSION).score


TASK = Task(
    name="reranker",
    model=NAME,
    train=train,
    tolerance=0.015,  # of 492 groups: a share of .943 has a standard error of .010
    card={
        "title": "Reranker",
        "form": "3 layers of MiniLM, 384 dimensions, 12,000 word pieces, cross-encoder, dynamic int8 per channel, ONNX",
        "intended_use": "Orders the passages that the search has found by how well they answer the question.",
        "output": "One number for a question with a passage: the higher, the likelier that the passage answers it.",
        "kind": "Analysis: an order of passages.",
        "attributes": {
            "Q19": "No patient: questions and passages go in.",
            "Q27": "Consumer-health questions of NIH sites; where it is used, clinicians ask about a hospital's own "
            "texts.",
            "Q28": "Nothing about a patient goes in.",
            "Q30": "300 questions of MedQuAD with 6,000 documents, left out of the training; 60 questions of our own "
            "about "
            "our rules.",
            "Q31": "The project itself; nobody outside has validated it.",
            "Q33": "`model_export evaluate retrieval`: the best of the search put in order, nDCG over the first ten.",
            "Q34": "Questions of MedQuAD that were left out of the training; the figures stand under Measured.",
        },
        "users": "Clinicians who ask for evidence; the ranking is shown, never a verdict.",
        "out_of_scope": "Judging whether a passage is true, current or fits a patient; a score as a probability.",
        "training": "All-MiniLM-L6-v2 (layers 1, 3 and 5), fine-tuned on MedQuAD question-answer pairs with other "
        "answers about the same topic as the hard wrong ones; 60 % of the questions in other phrasings of ours.",
        "limits": [
            "English only; question and passage together are read up to 128 word pieces.",
            "The pairs are consumer-health questions from NIH sites; questions of clinicians were not in the training.",
            "On 60 questions about our own rules it did harm (mean reciprocal rank .958 without it, .904 with it), so "
            "the app's search of the rules does without; it serves text of the kind that it was trained on.",
            "Clinical subgroups were not measured: the text carries no patient data.",
        ],
    },
)
