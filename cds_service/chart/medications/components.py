"""A combination of which the lexicon knows a part, and the linker reads the rest: "bempadoic acid/ezetimibe".

What is coded stays coded, so that no concern about it becomes weaker. What was read stands beside it as a medication of
the same order, marked as read. It counts only where both together are a product that there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cds_service.chart.medications.dosing import of_several_drugs
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.naming import NOT_RECOGNISED, not_recognised_beside
from cds_service.chart.readings import DrugReading, Readings
from cds_service.facts import Origin
from cds_service.terminology.vocabulary import Drug, Vocabulary

Span = tuple[int, int]


def unread_texts(medication: Medication) -> Iterator[str]:
    """What a model should look at: the whole text, and in a combination that is known in part also its other words."""
    words = medication.origin.text
    if words and (medication.unread or medication.problem == NOT_RECOGNISED):
        yield words
        yield from medication.unread


def with_components(medication: Medication, readings: Readings, vocabulary: Vocabulary) -> tuple[Medication, ...]:
    """The medication and what was read beside it; unchanged, with its note, when that is not all of the rest."""
    if not medication.unread or medication.component:
        return (medication,)
    found = _whole(medication, readings, vocabulary) or _by_words(medication, readings, vocabulary)
    if not found:
        return (medication,)
    said = {not_recognised_beside(word, medication.drugs) for word in medication.unread}
    notes = tuple(note for note in medication.notes if note not in said)
    coded = replace(medication, sig=of_several_drugs(medication.sig), notes=notes, unread=())
    return (coded, *found)


def _whole(medication: Medication, readings: Readings, vocabulary: Vocabulary) -> tuple[Medication, ...]:
    """What was read in the whole text: a longer name of which the known drugs are a part, or what is beside them."""
    text = medication.origin.text or ""
    reading = readings.drugs.get(text)
    if reading is None or not set(reading.rxcuis) - medication.rxcuis:
        return ()
    start, end = reading.span
    beside = vocabulary.is_combination(medication.rxcuis | set(reading.rxcuis))
    if not (
        medication.rxcuis < set(reading.rxcuis) or (beside and all(w in text[start:end] for w in medication.unread))
    ):
        return ()
    rest = tuple(vocabulary.drugs[rxcui] for rxcui in reading.rxcuis if rxcui not in medication.rxcuis)
    return (_component(medication, rest, reading, reading.span),)


def _by_words(medication: Medication, readings: Readings, vocabulary: Vocabulary) -> tuple[Medication, ...]:
    """Each of the unknown words read alone, when together with what is known they are a product."""
    words = medication.origin.text or ""
    read = [(word, readings.drugs.get(word)) for word in medication.unread]
    rxcuis = {rxcui for _, reading in read if reading for rxcui in reading.rxcuis}
    if not all(reading and reading.rxcuis and word in words for word, reading in read) or rxcuis & medication.rxcuis:
        return ()
    if not vocabulary.is_combination(medication.rxcuis | rxcuis):
        return ()
    return tuple(
        _component(medication, tuple(vocabulary.drugs[rxcui] for rxcui in reading.rxcuis), reading, span)
        for word, reading in read
        if reading and (span := _place(words, word, reading))
    )


def _place(words: str, word: str, reading: DrugReading) -> Span:
    """Where in the whole text stands what was read in a piece of it."""
    at = words.find(word)
    return at + reading.span[0], at + reading.span[1]


def _component(medication: Medication, drugs: tuple[Drug, ...], reading: DrugReading, span: Span) -> Medication:
    who = (reading.model, reading.version, reading.probability)
    return replace(
        medication,
        drugs=drugs,
        origin=Origin("read", medication.origin.reference, medication.origin.text, span, *who),
        sig=of_several_drugs(medication.sig),
        candidates=(reading.name,),
        notes=(),
        written=(),
        unread=(),
        component=True,
    )
