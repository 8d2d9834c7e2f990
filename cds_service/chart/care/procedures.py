"""Procedure -> Done: what was performed, and what was not, with its reason. One that is not finished proves nothing."""

from __future__ import annotations

from cds_service.chart.care.done import Done, DoneRecord, named, refusal, short_text
from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.fhir_json import Resource, codes, label_of, modified, obj, reference, text
from cds_service.chart.supplied import Supplied


def procedures(supplied: Supplied) -> DoneRecord:
    return DoneRecord("procedures", {"procedures": supplied}, frozenset({"Procedure"}), "code", _read)


def _read(resource: Resource) -> Done | None:
    status, period = text(resource.get("status")), obj(resource.get("performedPeriod"))
    if status not in ("completed", "not-done", "unknown"):
        return None
    when = resource.get("performedDateTime") or period.get("end") or period.get("start")
    reason = resource.get("statusReason")
    return Done(
        label=named(resource, resource.get("code"), "procedure"),
        shown="not done" if status == "not-done" else "done",
        reference=reference(resource),
        on=day_of(when),
        latest=last_day_of(when),
        refused=refusal(codes(reason), label_of(reason)) if status == "not-done" else "",
        why=short_text(label_of(reason)),
        problem=_problem(resource, status),
    )


def _problem(resource: Resource, status: str) -> str:
    if modified(resource):
        return "it carries a modifier extension that is not known here"
    if status == "unknown":
        return "its status is not known"
    words = text(resource.get("performedString"))
    return f"its date is only words: {words[:40]}" if words else ""
