"""Chart + readings -> Chart. A read name may add a drug where there was none; it never changes a coded one.

An allergy that stands only in a note is added as read, so that an order can be held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cds_service.chart.allergies.allergens import side_effects_of
from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.listing import Listing
from cds_service.chart.medications.components import with_components
from cds_service.chart.medications.dosing import sig_of
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.naming import without_name
from cds_service.chart.model import Chart
from cds_service.chart.notes.note import Note, Noted
from cds_service.chart.readings import DrugReading, Readings
from cds_service.facts import Origin
from cds_service.terminology.reactions import GRAVE, kinds_in
from cds_service.terminology.vocabulary import Vocabulary


def merge(chart: Chart, readings: Readings, vocabulary: Vocabulary) -> Chart:
    """The same chart with what was read marked as `read`. Only texts that wait for a reading are touched."""
    if not chart.texts and not chart.notes.items:
        return chart
    waiting = {unread.reference for unread in chart.texts}

    def read(medications: Iterable[Medication]) -> tuple[Medication, ...]:
        return tuple(one for medication in medications for one in _all_of(medication))

    def _all_of(medication: Medication) -> tuple[Medication, ...]:
        if medication.ref.reference not in waiting:
            return (medication,)
        return with_components(_read(medication, readings, vocabulary), readings, vocabulary)

    def allergy(one: Allergy) -> Allergy:
        return _read_allergy(one, readings, vocabulary) if one.reference in waiting else one

    listed, allergies = chart.medications, chart.allergies
    noted = tuple(_noted(chart.notes.items, readings))
    only_noted = tuple(_noted_allergies(noted, (*allergies.items, *chart.settled.allergies), vocabulary))
    return replace(
        chart,
        orders=read(chart.orders),
        background=read(chart.background),
        medications=Listing(listed.state, read(listed.items), listed.notes),
        allergies=Listing(allergies.state, (*map(allergy, allergies.items), *only_noted), allergies.notes),
        notes=Listing(chart.notes.state, tuple(_judged(one, readings) for one in chart.notes.items), chart.notes.notes),
        noted=noted,
        texts=tuple(text for text in chart.texts if not _settled(readings.drugs.get(text.text))),
    )


def _settled(reading: DrugReading | None) -> bool:
    return reading is not None and bool(reading.rxcuis)


def _read(medication: Medication, readings: Readings, vocabulary: Vocabulary) -> Medication:
    text = medication.origin.text or ""
    if medication.drugs or not text:
        return medication
    reading = readings.drugs.get(text)
    if reading is None:
        return replace(medication, problem=readings.missing or medication.problem)
    if not reading.rxcuis:
        return replace(medication, origin=replace(medication.origin, span=reading.span), candidates=reading.candidates)
    who = (reading.model, reading.version, reading.probability)
    return replace(
        medication,
        drugs=tuple(vocabulary.drugs[rxcui] for rxcui in reading.rxcuis),
        origin=Origin("read", medication.origin.reference, text, reading.span, *who),
        sig=sig_of(medication.resource, without_name(text, reading.span), len(reading.rxcuis)),
        problem=None,
        candidates=(reading.name,),
    )


def _read_allergy(allergy: Allergy, readings: Readings, vocabulary: Vocabulary) -> Allergy:
    text = allergy.origin.text or ""
    reading = readings.drugs.get(text)
    if allergy.drugs or allergy.groups or reading is None or not reading.rxcuis:
        return allergy
    who = (reading.model, reading.version, reading.probability)
    return replace(
        allergy,
        drugs=tuple(vocabulary.drugs[rxcui] for rxcui in reading.rxcuis),
        origin=Origin("read", allergy.origin.reference, text, reading.span, *who),
        problem=None,
    )


def _judged(note: Note, readings: Readings) -> Note:
    reading = readings.notes.get(note.reference)
    return replace(note, problem=reading.problem) if reading and reading.problem else note


def _noted(notes: Iterable[Note], readings: Readings) -> Iterator[Noted]:
    for note in notes:
        reading = readings.notes.get(note.reference)
        yield from (Noted(note, mention) for mention in (reading.mentions if reading else ()))


def _noted_allergies(noted: Iterable[Noted], known: Iterable[Allergy], vocabulary: Vocabulary) -> Iterator[Allergy]:
    """Each allergen once, from the newest note that names it, unless an entry of the list has it already."""
    recorded = list(known)
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for one in noted:
        said = one.mention
        key = (said.drugs, said.groups)
        if said.kind != "allergy" or said.says != "has" or key in seen:
            continue
        seen.add(key)
        if any(same_allergen(said.drugs, said.groups, other, vocabulary) for other in recorded):
            continue
        shown = frozenset().union(*(kinds_in(words) for words in said.reactions))
        mild = side_effects_of(said.drugs, said.groups, vocabulary)
        yield Allergy(
            reference=one.note.reference,
            label=f"{said.name} (read from free text in a note)",
            drugs=tuple(vocabulary.drugs[rxcui] for rxcui in said.drugs),
            groups=frozenset(said.groups),
            origin=one.origin(),
            reactions=said.reactions,
            shown=shown,
            harmless=bool(shown) and shown <= mild,
            no_allergy=bool(shown) and shown <= mild | GRAVE,
            on=one.note.on,
        )


def same_allergen(drugs: Iterable[str], groups: Iterable[str], other: Allergy, vocabulary: Vocabulary) -> bool:
    """True when a recorded allergy is about one of these drugs or groups, a member of one, or a class of it."""
    theirs = frozenset(drug.rxcui for drug in other.drugs)
    mine, classes = frozenset(drugs), frozenset(groups)
    if mine & theirs or classes & other.groups:
        return True
    members = vocabulary.group_members
    within = frozenset().union(*(members.get(group, frozenset()) for group in classes))
    around = frozenset().union(*(members.get(group, frozenset()) for group in other.groups))
    return bool(within & theirs or around & mine)
