"""The hook calls of a history: each order as it was signed, each chart as it was opened, each stay as it ended; and
requests as captured."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from cds_service.chart.dates import moment_of
from cds_service.chart.fhir_json import Resource, obj, objects, text
from cds_service.replay.courses import Course
from cds_service.replay.history import History
from cds_service.replay.rewinding import known_from, written_at
from cds_service.replay.standing import bundle, chart_at, pasts_at

Per = Literal["order", "encounter"]
SIGN, OPEN, LEAVE = "order-sign", "patient-view", "encounter-discharge"
_STAYS = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})  # v3-ActCode classes in which a patient stays
_NAMESPACE = uuid.UUID("0d9a4c6e-52b7-5a0e-8f6f-3a0c0b1e9d11")
_CLINICIANS = ("Practitioner/", "PractitionerRole/")


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: `at` is the service's clock, `orders` the drafts, `clinician` and `encounter` as the record names them
    (empty: not recorded). `place` says where a captured request stands."""

    hook: str
    at: datetime
    body: Mapping[str, Any]
    orders: tuple[Resource, ...] = ()
    medications: tuple[Resource, ...] = ()
    encounter: str = ""
    clinician: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`; None: open."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


def signings(history: History, per: Per, period: Period) -> Iterator[Ask]:
    """Every order of a period as it was signed: alone, or with those of the same encounter and day.

    Orders of the same moment count as signed one after the other, so that two that clash are told of once.
    """
    written = [one for one in history.courses if period.holds(one.since) and _is_written_here(one.order)]
    if per == "order":
        groups = [[one] for one in written]
    else:
        ordered = sorted(written, key=lambda one: (*_visit(one), one.turn))
        # Without an encounter nobody knows what belonged together.
        groups = [[*group] for visit, group in groupby(ordered, key=_visit) if visit[0]]
        groups += [[one] for one in written if not _visit(one)[0]]
    for group in sorted(groups, key=lambda group: group[0].turn):
        yield signing(history, group, per == "encounter")


def openings(history: History, period: Period) -> Iterator[Ask]:
    """Every chart as it was opened at the start of an encounter."""
    for at, encounter in history.visits:
        if period.holds(at):
            yield opening(history, at, encounter)


def opening(history: History, at: datetime, encounter: Resource | None = None) -> Ask:
    taken = [one.id for one in history.courses if one.taken(at)]
    reference = f"Encounter/{encounter['id']}" if encounter else ""
    prefetch = {**chart_at(history, at, taken), "encounter": history.encounter(reference, at)}
    return _ask(history, OPEN, at, {}, prefetch, reference, name=at.isoformat())


def leavings(history: History, period: Period) -> Iterator[Ask]:
    """The end of every stay in a hospital, with what was taken then and whatever was ordered before."""
    for _, encounter in history.visits:
        at = moment_of(obj(encounter.get("period")).get("end"))
        if at and period.holds(at) and text(obj(encounter.get("class")).get("code")) in _STAYS:
            yield leaving(history, at, encounter)


def leaving(history: History, at: datetime, encounter: Resource) -> Ask:
    taken = [one.id for one in history.courses if one.taken(at)]
    reference = f"Encounter/{encounter['id']}"
    visit = {"encounter": history.encounter(reference, at)}
    prefetch = {**chart_at(history, at, taken), **pasts_at(history, at), **visit}
    return _ask(history, LEAVE, at, {}, prefetch, reference, name=f"{reference} {at.isoformat()}")


def captured(request: Mapping[str, Any], place: str, otherwise: datetime | None) -> Ask | None:
    """A captured request at the time that its orders were written, else of the newest of what it brings, else
    `otherwise`; None when nothing says when it was asked. Its access token is not kept."""
    context = obj(request.get("context"))
    orders = tuple(one for value in context.values() for one in _resources(value))
    brought = (one for value in obj(request.get("prefetch")).values() for one in _resources(value))
    written = max((at for one in orders if (at := written_at(one))), default=None)
    at = written or max((at for one in brought if (at := known_from(one))), default=None) or otherwise
    body = {name: value for name, value in request.items() if name != "fhirAuthorization"}
    if at is None:
        return None
    encounter = text(context.get("encounterId"))
    return Ask(
        text(request.get("hook")),
        at,
        body,
        tuple(one for one in orders if one["resourceType"] != "Medication"),
        tuple(one for one in orders if one["resourceType"] == "Medication"),
        f"Encounter/{encounter}" if encounter else "",
        text(context.get("userId")),
        place,
    )


def signing(history: History, group: Sequence[Course], together: bool) -> Ask:
    """Orders being signed when the first of them was written; `together`: with what else was ordered then."""
    first = group[0]
    at, reference = first.since, _encounter(first)
    signed = {one.id for one in group}
    others = (one for one in history.courses if one.id not in signed)
    beside = [one.id for one in others if any(one.taken_beside(draft, at) for draft in group)]
    drafts = [_draft(history, one, at if together else None) for one in group]
    tests = [{**test, "status": "draft"} for test in history.tests(reference, at)] if together else []
    medications = history.pointed(drafts)
    prefetch = {**chart_at(history, at, beside), "encounter": history.encounter(reference, at)}
    context = {"draftOrders": bundle((*drafts, *tests, *medications), "collection")}
    name = " ".join(sorted(signed))
    return _ask(history, SIGN, at, context, prefetch, reference, name, drafts, medications)


def _ask(
    history: History,
    hook: str,
    at: datetime,
    context: Mapping[str, Any],
    prefetch: Mapping[str, Any],
    encounter: str,
    name: str,
    drafts: Sequence[Resource] = (),
    medications: Sequence[Resource] = (),
) -> Ask:
    requester = obj(drafts[0].get("requester")) if drafts else {}
    named = text(requester.get("reference")) or text(requester.get("display"))
    who = {"userId": named if _is_typed(named) else "Practitioner/not-recorded", "patientId": history.patient_id}
    where = {"encounterId": encounter.removeprefix("Encounter/")} if encounter else {}
    body = {
        "hook": hook,
        "hookInstance": str(uuid.uuid5(_NAMESPACE, f"{hook}\n{history.reference}\n{name}")),
        "context": {**who, **where, **context},
        "prefetch": dict(prefetch),
    }
    return Ask(hook, at, body, tuple(drafts), tuple(medications), encounter, named)


def _draft(history: History, course: Course, at: datetime | None) -> dict[str, Any]:
    """The order as it came to be signed; `at` when it is signed with others at another moment than its own."""
    order = history.order(course.id, course.since) or {}
    drafted = {**order, "status": "draft", **({"authoredOn": at.isoformat()} if at else {})}
    if course.renews:
        drafted.setdefault("priorPrescription", {"reference": f"MedicationRequest/{course.renews}"})
    return drafted


def _is_written_here(order: Resource) -> bool:
    """Not what a patient reports to take: nobody signed that."""
    return order.get("reportedBoolean") is not True and not order.get("reportedReference")


def _visit(course: Course) -> tuple[str, str]:
    return _encounter(course), course.since.date().isoformat()


def _encounter(course: Course) -> str:
    named = text(obj(course.order.get("encounter")).get("reference"))
    return named if named.startswith("Encounter/") else ""


def _is_typed(reference: str) -> bool:
    kind, _, known = reference.partition("/")
    return f"{kind}/" in _CLINICIANS and known.replace("-", "").replace(".", "").isalnum() and known.isascii()


def _resources(value: object) -> Iterator[Resource]:
    """A resource, or those of a Bundle."""
    one = obj(value)
    if text(one.get("resourceType")) == "Bundle":
        yield from (found for entry in objects(one.get("entry")) for found in _resources(entry.get("resource")))
    elif text(one.get("resourceType")):
        yield one
