"""A history's chart as it stood at a time, by prefetch key: what the service would have been sent then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from cds_service.chart.fhir_json import Resource, label_of, text
from cds_service.replay.courses import Course
from cds_service.replay.history import History

_TYPES: Mapping[str, str] = {
    "medications": "MedicationRequest",
    "statements": "MedicationStatement",
    "order_history": "MedicationRequest",
    "statement_history": "MedicationStatement",
    "allergies": "AllergyIntolerance",
    "problems": "Condition",
    "labs": "Observation",
    "vitals": "Observation",
    "screenings": "Observation",
    "social": "Observation",
    "immunizations": "Immunization",
    "procedures": "Procedure",
    "notes": "DocumentReference",
}
_RESULTS, _NOTES = 100, 20  # as many as the prefetch keys ask for


def chart_at(history: History, at: datetime, taken: Iterable[str]) -> dict[str, Any]:
    """What stood in the chart at `at`, by prefetch key, with the orders of the ids `taken` as those active."""
    patient = history.patient(at)
    orders = [{**one, "status": "active"} for order in taken if (one := history.order(order, at))]
    chart: dict[str, Any] = {
        "medications": bundle((*orders, *history.pointed(orders))),
        "statements": bundle(history.until("MedicationStatement", at)),
        "allergies": bundle(history.until("AllergyIntolerance", at)),
        "problems": bundle(history.until("Condition", at)),
        "labs": _observed(history, at, "laboratory"),
        "vitals": _observed(history, at, "vital-signs"),
        "screenings": _observed(history, at, "survey"),
        "social": _observed(history, at, "social-history"),
        "immunizations": bundle(history.until("Immunization", at)),
        "procedures": bundle(history.until("Procedure", at)),
        "notes": bundle(islice(_current(history.until("DocumentReference", at)), _NOTES)),
    }
    known = {key: value for key, value in chart.items() if _TYPES[key] in history.holds}
    return known if patient is None else {"patient": patient, **known}


def pasts_at(history: History, at: datetime) -> dict[str, Any]:
    """The histories of orders and statements at `at`, by prefetch key: an order that was over then is stopped, and
    its record was last changed when it ended, as far as the history tells (`courses`)."""
    begun = sorted((one for one in history.courses if one.since <= at), key=lambda one: one.turn, reverse=True)
    orders = [_as_of(stood, one, at) for one in begun[:_RESULTS] if (stood := history.order(one.id, at))]
    chart = {
        "order_history": bundle((*orders, *history.pointed(orders))),
        "statement_history": bundle(history.until("MedicationStatement", at)),
    }
    return {key: value for key, value in chart.items() if _TYPES[key] in history.holds}


def _as_of(order: Mapping[str, Any], course: Course, at: datetime) -> dict[str, Any]:
    if course.taken(at) or course.until is None:
        return {**order, "status": "active"}
    return {**order, "status": "stopped", "meta": {"lastUpdated": course.until.isoformat()}}


def _observed(history: History, at: datetime, category: str) -> dict[str, Any]:
    """The newest observations of a category; one without any counts as a laboratory result."""
    listed = ((str(one.get("category") or "laboratory"), one) for one in history.until("Observation", at))
    return bundle(islice((one for categories, one in listed if category in categories), _RESULTS))


def _current(notes: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that were current, of notes newest first: what is superseded today was so until the next of its type."""
    newer: set[str] = set()
    for note in notes:
        kind, status = label_of(note.get("type")), text(note.get("status"))
        if status != "superseded":
            yield note
        elif kind not in newer:
            yield {**note, "status": "current"}
        newer.add(kind)


def bundle(resources: Iterable[Resource], kind: str = "searchset") -> dict[str, Any]:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}
