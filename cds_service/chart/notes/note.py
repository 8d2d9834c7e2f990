"""A note of the chart, and what it mentions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cds_service.facts import Fact, Origin
from cds_service.terminology.notes import READER, READER_VERSION, NoteMention
from cds_service.terminology.notes.mention import Kind

# How many mentions were what they were read as, and of how many, by kind and by whether they stand in a section for
# their kind: counted at first looks alone, before anything was mended on the notes. 24 of each (8 of allergies in
# prose) were drawn from notes of others and read by hand (`tests.bench.note_sample`), the others are of forty own
# notes of unlike layouts.
FIRST_LOOKS: Mapping[tuple[Kind, bool], tuple[int, int]] = {
    ("allergy", True): (29, 30),
    ("allergy", False): (16, 19),
    ("condition", True): (34, 34),
    ("condition", False): (56, 59),
    ("medication", True): (36, 40),
    ("medication", False): (65, 68),
}
# One right and one wrong are added: of 34 right in 34 nobody knows that the next is.
PROBABILITY = {read: round((right + 1) / (looked + 2), 2) for read, (right, looked) in FIRST_LOOKS.items()}


@dataclass(frozen=True, slots=True)
class Body:
    """An attachment: its MIME type and its base64 as sent; `data` is empty where only an address was given."""

    content_type: str
    data: str


@dataclass(frozen=True, slots=True)
class Note:
    """`bodies` in the order in which they are to be tried; `problem` says why nothing of it was read.

    `fetched` is the day on which the text came from the EHR's server, where it did not come with the call.
    """

    reference: str
    title: str
    on: date | None = None
    author: str = ""
    bodies: tuple[Body, ...] = ()
    problem: str | None = None
    fetched: date | None = None

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
        read = (READER, READER_VERSION, PROBABILITY[said.kind, said.listed])
        return Origin("read", self.note.reference, said.sentence, said.span, *read)

    def fact(self) -> Fact:
        by = f", by {self.note.author}" if self.note.author else ""
        of = f", its text fetched on {self.note.fetched.isoformat()}" if self.note.fetched else ""
        return Fact("Note", self.mention.sentence, self.origin(), self.note.on, f"{self.note.title}{by}{of}")
