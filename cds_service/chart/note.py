"""A note of the chart, and what it mentions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.facts import Fact, Origin
from cds_service.terminology.notes import READER, READER_VERSION, NoteMention

# How often a mention is what it was read as, by its kind and by whether it stands in a section for its kind: counted at
# first looks alone, before anything was mended on the notes. 24 mentions of each (8 of allergies in prose) were drawn
# from notes of others and read by hand (`tests.bench.note_sample`), the others are of forty own notes of unlike
# layouts; one right and one wrong are added.
PROBABILITY = {
    ("allergy", True): 0.94,  # 29 of 30
    ("allergy", False): 0.81,  # 16 of 19
    ("condition", True): 0.97,  # 34 of 34
    ("condition", False): 0.93,  # 56 of 59
    ("medication", True): 0.88,  # 36 of 40
    ("medication", False): 0.94,  # 65 of 68
}


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
