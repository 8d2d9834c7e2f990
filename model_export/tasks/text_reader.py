"""The text reader: a network beside the cues that read assertions. It was tried and is not shipped.

`train` makes it, from generated sentences and sentences of notes without any cue, and leaves it in `.run/text-reader`;
`evaluate` reads an assertion table with the cues alone, with the network alone, and with both. It would be published
if it read denial or the past better by a hundredth on texts that neither was made on, and lost nothing elsewhere. It
did not: `assertions/RESULT.md` has the figures.
"""

from __future__ import annotations

from pathlib import Path

from model_export.task import DATA, Evaluation, Score, Task, TaskFailed

SEED, SENTENCES, LAYERS, PIECES = 2026, 40_000, (0, 2, 4), 8_000
WORK = Path(".run") / "text-reader"  # checkpoints too: a run that was cut off goes on
MOST_LOSS = 0.005  # int8 against fp32, share of flags that agree with the gold of unseen generated sentences
_TESTED = 1_000


def train(_: Path) -> None:
    """Train, export, quantize and compare int8 with fp32; nothing is written to the weights folder.

    Raises TaskFailed when int8 reads worse than fp32 by more than MOST_LOSS.
    """
    from model_export.assertions import material, network
    from model_export.assertions.sentences import families
    from model_export.making.quantize import export_token_classifier, quantize_dynamic
    from model_export.tasks.embedder import published_model

    named = material.mentions(DATA / "medquad_qa.jsonl.gz")
    sentences = material.training(SENTENCES, families(), named, DATA / "notes_dev.jsonl.gz", SEED)
    folder = WORK / "model"
    if not (folder / "config.json").exists():
        network.start(published_model(), (one.text for one in sentences), folder, LAYERS, PIECES)
    network.train(folder, sentences)
    fp32 = export_token_classifier(folder, WORK / "fp32")
    int8 = quantize_dynamic(fp32, WORK / "int8")
    tests = material.training(_TESTED, families(), named, None, SEED + 1)
    right = {name: material.share_right(file, folder / "tokenizer.json", tests) for name, file in
             (("fp32", fp32), ("int8", int8))}  # fmt: skip
    print(right, flush=True)
    if right["fp32"] - right["int8"] > MOST_LOSS:
        raise TaskFailed(f"int8 reads worse than fp32: {right}")


def evaluate(asked: Evaluation) -> Score:
    """Cues, network, and both on one table. Raises TaskFailed when the network was not trained here."""
    from model_export.assertions.evaluation import evaluate_table  # the serving environment's
    from model_export.assertions.reader import TextReader

    model = WORK / "int8" / "model_quantized.onnx"
    if not model.exists():
        raise TaskFailed("the text reader is not shipped; make it first: model_export train text-reader")
    reader = TextReader(model, WORK / "model" / "tokenizer.json")
    return {
        "cues": evaluate_table(asked.data, None),
        "network": evaluate_table(asked.data, None, reader.alone),
        "both": evaluate_table(asked.data, asked.predictions, reader.with_cues),
    }


TASK = Task(name="text-reader", model="text-reader", train=train, evaluate=evaluate)
