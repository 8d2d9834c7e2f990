"""One hook call's context and prefetch -> Chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.allergies.reading import read_allergies
from cds_service.chart.care.care import care_of
from cds_service.chart.dates import day_of
from cds_service.chart.fhir_json import Resource, reference, text
from cds_service.chart.listing import Listing
from cds_service.chart.measurements.reading import read_measurements
from cds_service.chart.measurements.results import Results, planned_tests
from cds_service.chart.measurements.stated import StatedResults
from cds_service.chart.medications.components import unread_texts
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.naming import NOT_RECOGNISED
from cds_service.chart.medications.reading import TYPES, MedicationReader
from cds_service.chart.medications.stay import Stay, stay_of
from cds_service.chart.model import Chart, Person, Settled, UnreadText
from cds_service.chart.notes.reading import read_notes
from cds_service.chart.problems.reading import read_problems
from cds_service.chart.problems.settled import settled_allergies, settled_problems
from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.hooks import Context
from cds_service.terminology.vocabulary import Vocabulary

DISCHARGE = "encounter-discharge"
HISTORIES = ("order_history", "statement_history")


def build_chart(
    context: Context,
    supplied: Mapping[str, Supplied],
    vocabulary: Vocabulary,
    now: datetime,
    fhir_server: str | None = None,
) -> Chart:
    """`supplied` maps prefetch keys to what came under them; a key not in it counts as absent.

    `now` is aware; `fhir_server` is the base that absolute references may start with. Never raises for odd FHIR: what
    cannot be read is left out and noted, or kept with its problem.
    """
    supplied = _with_entries(context, supplied)

    def under(key: str) -> Supplied:
        return supplied.get(key, ABSENT)

    listed = under("medications"), under("statements")
    siblings = _siblings(context.orders, (*listed, *map(under, HISTORIES)))
    reader = MedicationReader(vocabulary, now, siblings, fhir_server)
    drafts = _drafts(context, reader)
    taken = _medications(listed, reader, {draft.ref.reference for draft in drafts})
    if context.entries:  # advice about an allergy or a problem is about what the patient takes already
        drafts, taken = [one for one in taken.items if not one.ended], replace(taken, items=())
    focus = {draft.ref.reference for draft in drafts} if context.entries else context.focus
    allergies = read_allergies(under("allergies"), under("problems"), vocabulary)
    return Chart(
        now=now,
        patient=_person(context.patient_id, under("patient")),
        orders=tuple(draft for draft in drafts if draft.ref.reference in focus),
        background=tuple(draft for draft in drafts if draft.ref.reference not in focus),
        medications=taken,
        allergies=allergies,
        labs=read_measurements(under("labs"), "laboratory results"),
        vitals=read_measurements(under("vitals"), "vital signs"),
        problems=read_problems(under("problems"), vocabulary, now.date()),
        stated=StatedResults((under("labs"), under("vitals"))),
        texts=(*_unread("order", drafts), *_unread("medication", taken.items), *_unread_allergies(allergies)),
        tests=tuple(planned_tests(context.orders)),
        results=Results(under("labs")),
        notes=read_notes(under("notes")),
        settled=_settled(under("allergies"), under("problems"), vocabulary) if "notes" in supplied else Settled(),
        renews=context.renews,
        entered=frozenset(map(reference, context.entries)),
        care=care_of(supplied),
        stay=stay_of(supplied, reader, now) if context.hook == DISCHARGE else Stay(),
        hook=context.hook,
    )


def _with_entries(context: Context, supplied: Mapping[str, Supplied]) -> Mapping[str, Supplied]:
    """What is being entered stands beside what is on the list; an older version of the same entry gives way."""
    if not context.entries:
        return supplied
    key = "allergies" if context.entries[0]["resourceType"] == "AllergyIntolerance" else "problems"
    new = {reference(entry) for entry in context.entries}
    listed = supplied.get(key, ABSENT)
    others = tuple(one for one in listed.resources if reference(one) not in new)
    return {**supplied, key: Supplied("data", (*context.entries, *others), listed.complete)}


def _settled(allergies: Supplied, problems: Supplied, vocabulary: Vocabulary) -> Settled:
    return Settled(settled_allergies(allergies, vocabulary), settled_problems(problems, vocabulary))


def _drafts(context: Context, reader: MedicationReader) -> list[Medication]:
    """The medications of the context's orders; one that is renewed goes on, whatever end its order has."""
    requests = (order for order in context.orders if order["resourceType"] == "MedicationRequest")
    drafts = [one for order in requests if reader.wanted(order, context.renews) for one in reader.read_all(order)]
    return [replace(draft, ended=None) for draft in drafts] if context.renews else drafts


def _siblings(orders: Iterable[Resource], keys: Iterable[Supplied]) -> dict[str, Resource]:
    """Medication resources that an order may point to: sibling entries of the same call."""
    everything = (*orders, *(resource for key in keys for resource in key.resources))
    return {reference(resource): resource for resource in everything if resource.get("resourceType") == "Medication"}


def _medications(keys: tuple[Supplied, Supplied], reader: MedicationReader, drafted: set[str]) -> Listing[Medication]:
    """What the patient takes. An entry that is itself among the drafts is left to its draft, which revises it.

    The orders key decides the state: statements may add to it, but never stand in for it.
    """
    orders, order_notes = keys[0].only(TYPES, "medication list")
    statements, statement_notes = keys[1].only(TYPES, "medication statements")
    current = tuple(
        one
        for resource in (*orders.resources, *statements.resources)
        if reader.current(resource)
        for one in reader.read_all(resource)
        if one.ref.reference not in drafted
    )
    failed = ("medication statements could not be read",) if statements.state == "failed" else ()
    return Listing(
        "data" if current and orders.known else orders.state, current, (*order_notes, *statement_notes, *failed)
    )


def _unread(role: str, medications: Iterable[Medication]) -> list[UnreadText]:
    return [UnreadText(role, med.ref.reference, words) for med in medications for words in unread_texts(med)]


def _unread_allergies(allergies: Listing[Allergy]) -> list[UnreadText]:
    unread = (one for one in allergies.items if one.problem == NOT_RECOGNISED and one.origin.text)
    return [UnreadText("allergy", one.reference, one.origin.text or "") for one in unread]


def _person(patient_id: str, supplied: Supplied) -> Person:
    patient = next((r for r in supplied.resources if r.get("resourceType") == "Patient"), None)
    if patient is None:
        return Person(f"Patient/{patient_id}")
    died = patient.get("deceasedBoolean") is True or bool(text(patient.get("deceasedDateTime")))
    return Person(reference(patient), day_of(patient.get("birthDate")), text(patient.get("gender")) or None, died)
