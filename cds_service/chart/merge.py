"""Chart + readings -> Chart. A read name may add a drug where there was none; it never changes a coded one."""

from __future__ import annotations

from dataclasses import replace

from cds_service.chart.dosing import sig_of
from cds_service.chart.model import Allergy, Chart, Listing, Medication
from cds_service.chart.naming import without_name
from cds_service.chart.readings import DrugReading, Readings
from cds_service.facts import Origin
from cds_service.terminology.vocabulary import Vocabulary


def merge(chart: Chart, readings: Readings, vocabulary: Vocabulary) -> Chart:
    """The same chart with what was read marked as `read`. Only texts that wait for a reading are touched."""
    if not chart.texts:
        return chart
    waiting = {unread.reference for unread in chart.texts}

    def read(medication: Medication) -> Medication:
        return _read(medication, readings, vocabulary) if medication.ref.reference in waiting else medication

    def allergy(one: Allergy) -> Allergy:
        return _read_allergy(one, readings, vocabulary) if one.reference in waiting else one

    listed, allergies = chart.medications, chart.allergies
    return replace(
        chart,
        orders=tuple(map(read, chart.orders)),
        background=tuple(map(read, chart.background)),
        medications=Listing(listed.state, tuple(map(read, listed.items)), listed.notes),
        allergies=Listing(allergies.state, tuple(map(allergy, allergies.items)), allergies.notes),
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
