"""What was looked at and what was not: the gaps of an answer, and the models that were there to read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smart_app.wording import text, topic_words


@dataclass(frozen=True, slots=True)
class MissingLine:
    """`about`: the topic and the order that could not be looked at, as far as they are recorded."""

    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model that was loaded. `took_part`: a fact of this card was read by it."""

    name: str
    version: str
    role: str
    took_part: bool


def missing_lines(rows: Sequence[Mapping[str, Any]]) -> tuple[MissingLine, ...]:
    return tuple(_missing(row) for row in rows)


def model_lines(rows: Sequence[Mapping[str, Any]], readers: Collection[str]) -> tuple[ModelLine, ...]:
    """`readers`: the models that a fact of the card names."""
    return tuple(_model(row, readers) for row in rows)


def _missing(row: Mapping[str, Any]) -> MissingLine:
    topic = text(row, "topic").removeprefix("not-assessed")  # the topic of lines that belong to none
    about = " for ".join(filter(None, (topic_words(topic), text(row, "subject"))))
    return MissingLine(about, text(row, "reason") or "reason not recorded")


def _model(row: Mapping[str, Any], readers: Collection[str]) -> ModelLine:
    name = text(row, "name")
    return ModelLine(name or "unnamed model", text(row, "version"), text(row, "role"), bool(name) and name in readers)
