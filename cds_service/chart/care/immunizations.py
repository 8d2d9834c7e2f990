"""Immunization -> Done: what was given, and what was not given with its reason. Entries in error are left out."""

from __future__ import annotations

from cds_service.chart.care.done import Done, DoneRecord, named, refusal, short_text
from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.fhir_json import Resource, codes, label_of, modified, reference, text
from cds_service.chart.supplied import Supplied


def immunizations(supplied: Supplied) -> DoneRecord:
    types = frozenset({"Immunization"})
    return DoneRecord("immunizations", {"immunizations": supplied}, types, "vaccineCode", _read)


def _read(resource: Resource) -> Done | None:
    status, when = text(resource.get("status")), resource.get("occurrenceDateTime")
    if status not in ("completed", "not-done"):
        return None
    reason = resource.get("statusReason")
    return Done(
        label=named(resource, resource.get("vaccineCode"), "vaccine"),
        shown="given" if status == "completed" else "not given",
        reference=reference(resource),
        on=day_of(when),
        latest=last_day_of(when),
        refused="" if status == "completed" else refusal(codes(reason), label_of(reason)),
        why=short_text(label_of(reason)),
        problem=_problem(resource, text(resource.get("occurrenceString"))),
    )


def _problem(resource: Resource, words: str) -> str:
    if modified(resource):
        return "it carries a modifier extension that is not known here"
    if resource.get("isSubpotent") is True:
        return "it was recorded as not fully effective"
    return f"its date is only words: {words[:40]}" if words else ""
