"""What a model read, handed to the pure levels as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.terminology.notes import NoteMention


@dataclass(frozen=True, slots=True)
class DrugReading:
    """The drug that a model saw in a text.

    `candidates` are names that it could not choose between; `rxcuis` is then empty.
    """

    rxcuis: tuple[str, ...]
    name: str
    span: tuple[int, int]
    probability: float
    model: str
    version: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteReading:
    """What a note mentions; `problem` says why it, or its end, was not read."""

    mentions: tuple[NoteMention, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """`drugs` by text, exactly as it stands in the chart; `missing` says why some texts could not be read at all.

    `notes` by the reference of the note.
    """

    drugs: Mapping[str, DrugReading] = field(default_factory=dict)
    missing: str | None = None
    notes: Mapping[str, NoteReading] = field(default_factory=dict)
