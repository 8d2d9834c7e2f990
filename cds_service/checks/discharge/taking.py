"""How a medicine of a discharge is taken, for the patient: in plain words, or as the order says it.

Directions are said plainly only when all of them were read (`terminology.directions.plain`); else they stand as they
were written. What the order lacks is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cds_service.chart import Medication
from cds_service.chart.fhir_json import text
from cds_service.chart.medications.conflicts import conflicts
from cds_service.chart.medications.dosage_fields import directions_of
from cds_service.chart.medications.dosing import dosages_of, sig_text
from cds_service.chart.medications.naming import without_name
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.plain import plain_words
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.routes import LOCAL_ROUTES

_LONGEST = 400  # characters of directions that are shown as they were written


@dataclass(frozen=True, slots=True)
class How:
    """How a medicine is taken: in plain words, or as it was written; empty when no directions were recorded."""

    words: str
    as_written: bool = False
    questions: tuple[str, ...] = ()


def how_taken(drug: Medication) -> How:
    """The directions of an order; those of its words come before those of its fields, and must not contradict them."""
    dosages = list(dosages_of(drug.resource))
    extra = [said for one in dosages if (said := text(one.get("patientInstruction")))]
    written = sig_text(drug.resource)
    if any(conflict.about != "unread" for conflict in conflicts(drug)):
        return How(_short(written), True, ("its words and its fields do not say the same: which is right?",))
    typed = drug.origin.text or ""
    alone = typed if not drug.origin.span else without_name(typed, drug.origin.span)
    if written:
        how = _of_text(written)
    elif dosages:
        how = _of_fields([directions_of(one) for one in dosages])
    else:
        how = _of_text(alone, typed)
    more = " ".join(one for one in extra if one != written)
    return replace(how, words=f"{how.words} {_short(more)}".strip(), as_written=how.as_written or bool(more))


@lru_cache(maxsize=4096)
def _of_text(said: str, shown: str = "") -> How:
    read = read_directions(said)
    words = plain_words(read)
    if not words:
        return How(_short(shown or said), True, tuple(_lacking(read)) if not read.abstained else ())
    return How(words, False, tuple(_lacking(read)))


def _of_fields(read: Sequence[Directions]) -> How:
    words = plain_words(read[0]) if len(read) == 1 else ""
    if words:
        return How(words, False, tuple(_lacking(read[0])))
    return How("", False, ("its directions could not be read from its fields: say how it is taken",))


def _lacking(read: Directions) -> Iterator[str]:
    """What a patient needs and the order does not say."""
    local = read.route in LOCAL_ROUTES or read.route in ("rectal", "transdermal")
    if not read.phases and read.dose is None and not local:
        yield "the order does not say how much is taken"
    if not read.phases and read.timing is None:
        yield "the order does not say how often it is taken"


def _short(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}\u2026"
