"""A note of the chart, and what it mentions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.facts import Fact, Origin
from cds_service.terminology.notes import READER, READER_VERSION, NoteMention

# All 33 offers of the 40 notes of `python -m tests.bench.notes` were right; so few allow for one wrong in ten.
PROBABILITY = {"allergy": 0.9, "condition": 0.9, "medication": 0.9}


@dataclass(frozen=True, slots=True)
class Body:
    """An attachment: its MIME type and its base64 as sent; `data` is empty where only an address was given."""

    content_type: str
    data: str


@dataclass(frozen=True, slots=True)
class Note:
    """`bodies` in the order in which they are to be tried; `problem` says why nothing of it was read."""

    reference: str
    title: str
    on: date | None = None
    author: str = ""
    bodies: tuple[Body, ...] = ()
    problem: str | None = None

    @property
    def named(self) -> str:
        """As a sentence names it: "progress note of 2026-03-01"."""
        return f"{self.title} of {self.on.isoformat()}" if self.on else f"{self.title} without a date"


@dataclass(frozen=True, slots=True)
class Noted:
    """A mention with the note that it stands in."""

    note: Note
    mention: NoteMention

    @property
    def day(self) -> date:
        """For comparing; a note without a date is taken as older than any."""
        return self.note.on or date.min

    def origin(self) -> Origin:
        said = self.mention
        read = (READER, READER_VERSION, PROBABILITY[said.kind])
        return Origin("read", self.note.reference, said.sentence, said.span, *read)

    def fact(self) -> Fact:
        by = f", by {self.note.author}" if self.note.author else ""
        return Fact("Note", self.mention.sentence, self.origin(), self.note.on, f"{self.note.title}{by}")
