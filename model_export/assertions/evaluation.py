"""Measures what is read about conditions in sentences, by the reader that the service uses.

The table is tab-separated with a header: id, condition, sentence, negation (Affirmed, Negated), temporality (Historical
or another word) and optionally experiencer (Family member or Patient), hypothetical (1 or 0) and group (scored apart
too). Blank or missing gold is not scored. The condition stands in the sentence, mostly in capitals; a row's answer
depends on that row alone.

The labels of the table know no relatives: what a relative had counts as past there, as in a family history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cds_service.terminology.assertion import Assertion, read_assertion
from model_export.cards.groups import of_groups
from model_export.predictions import write_predictions
from model_export.rows import rows_of
from model_export.task import Score

Row = Mapping[str, str]
Reader = Callable[[str, tuple[int, int]], Assertion]  # a sentence and the place of the condition in it
_CONDITION, _SENTENCE = "condition", "sentence"


def _past(read: Assertion) -> bool:
    return read.historical or read.family


# What is scored: the gold column, its positive value, and how the reading maps to it.
_MEASURES: Mapping[str, tuple[str, str, Callable[[Assertion], bool]]] = {
    "negated": ("negation", "Negated", lambda read: read.negated),
    "historical": ("temporality", "Historical", _past),
    "family": ("experiencer", "Family member", lambda read: read.family),
    "hypothetical": ("hypothetical", "1", lambda read: read.hypothetical),
}


def evaluate_table(data: Path, predictions: Path | None, read: Reader = read_assertion) -> Score:
    """Read, answer and score `data`. Raises TaskFailed when it lacks the condition or the sentence."""
    answers = [
        (row, read(row[_SENTENCE], place(row[_SENTENCE], row[_CONDITION])))
        for row in rows_of(data, (_CONDITION, _SENTENCE))
    ]
    if predictions:
        write_predictions(predictions, (_line(number, read) for number, (_, read) in enumerate(answers)))
    return {**_measured(answers), **of_groups([row for row, _ in answers], answers, _wholly_right)}


def _measured(answers: Sequence[tuple[Row, Assertion]]) -> Score:
    measured = {
        name: _scores([(row.get(column) or "", value, flag(read)) for row, read in answers])
        for name, (column, value, flag) in _MEASURES.items()
    }
    return {"n": len(answers), **{name: found for name, found in measured.items() if found}}


def _wholly_right(answers: Sequence[tuple[Row, Assertion]]) -> Score:
    """The share of sentences whose every flag is as the gold has it: a group may hold one value of a flag only."""
    right = sum(
        all(flag(read) == (row[column] == value) for column, value, flag in _MEASURES.values() if row.get(column))
        for row, read in answers
    )
    return {"n": len(answers), "right": round(right / len(answers), 4)}


def place(sentence: str, condition: str) -> tuple[int, int]:
    """Where the condition stands: in capitals where it does, else in any case, as words of its own where it does, with
    any white space within it; the whole sentence when it is not there."""
    words = condition.split()
    if not words:
        return 0, len(sentence)
    spaced = r"\s+".join(re.escape(word) for word in words)
    capitals = r"\s+".join(re.escape(word.upper()) for word in words)
    for pattern in (
        re.compile(rf"(?<!\w){capitals}(?!\w)"),  # "MI" does not stand in "FAMILY"
        re.compile(capitals),
        re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE),
        re.compile(spaced, re.IGNORECASE),
    ):
        if match := pattern.search(sentence):
            return match.span()
    return 0, len(sentence)


def _line(number: int, read: Assertion) -> dict[str, object]:
    flags = {"negated": read.negated, "historical": _past(read), "family": read.family}
    return {"row": number, **flags, "hypothetical": read.hypothetical}


def _scores(found: list[tuple[str, str, bool]]) -> dict[str, float] | None:
    """Precision, recall and F1 over the rows with gold; None when no row has it."""
    judged = [(gold == value, said) for gold, value, said in found if gold]
    right = sum(gold and said for gold, said in judged)
    gold, said = sum(gold for gold, _ in judged), sum(said for _, said in judged)
    if not judged:
        return None
    precision, recall = (right / said if said else 0.0), (right / gold if gold else 0.0)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4) if right else 0.0,
    }
