"""A resource as the chart had it at an earlier time, or None when the chart did not have it yet.

When it was there: from the latest of its own dates of recording and happening, so that a result counts from when it was
issued, and a note from the end of what it describes. What the record says today of a later time is taken back: an
abatement, an end, a last reaction. What has no date cannot be placed; see `always_there`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cds_service.chart.dates import last_day_of, moment_of
from cds_service.chart.fhir_json import Resource, codes, obj, text

_DATES: Mapping[str, tuple[str, ...]] = {
    "MedicationRequest": ("authoredOn",),
    "ServiceRequest": ("authoredOn",),
    "MedicationStatement": ("dateAsserted", "effectiveDateTime", "effectivePeriod.start"),
    "AllergyIntolerance": ("recordedDate", "onsetDateTime", "onsetPeriod.start"),
    "Condition": ("recordedDate", "onsetDateTime", "onsetPeriod.start"),
    "Observation": ("issued", "effectiveDateTime", "effectiveInstant", "effectivePeriod.start", "effectivePeriod.end"),
    "DocumentReference": ("date", "context.period.start", "context.period.end"),
    "Encounter": ("period.start",),
    "Immunization": ("recorded", "occurrenceDateTime"),
    "Procedure": ("performedDateTime", "performedPeriod.start", "performedPeriod.end"),
}
# An allergy or a problem without a date may have been there all along, and what may be there is not taken away.
_LASTING = frozenset({"AllergyIntolerance", "Condition", "Patient", "Medication"})
# How long something is to be given was said when it was ordered.
_PLANNED = frozenset({"dosageInstruction", "dispenseRequest"})
# Of today's record, and no part of what a chart says of a patient.
_OF_THE_RECORD = frozenset({"meta", "text"})
_DATED = re.compile(r"\d{4}-\d\d-\d\d(T\S+)?\Z")
_OVER = frozenset({"inactive", "remission", "resolved"})
_ACTIVE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
_END_OF_DAY = timedelta(days=1, seconds=-1)


def written_at(order: Resource) -> datetime | None:
    """When an order was written; of a day alone its end, as the visit that it belongs to has the same date. None where
    not even the day is known."""
    value = order.get("authoredOn")
    moment = moment_of(value)
    if moment is None or len(str(value)) < len("2026-01-01"):
        return None
    return moment + _END_OF_DAY if len(str(value)) == len("2026-01-01") else moment


def known_from(resource: Resource) -> datetime | None:
    """From when the chart has it; None when none of its dates says so."""
    paths = _DATES.get(text(resource.get("resourceType")), ())
    return max((at for path in paths if (at := _begin(_value(resource, path)))), default=None)


def always_there(resource: Resource) -> bool:
    """Whether a resource without any date counts as there at all times; otherwise it never does."""
    return text(resource.get("resourceType")) in _LASTING


class Past:
    """A resource that can be seen as the chart had it. Whose it is and what it says are looked through once."""

    __slots__ = ("_last", "resource", "since")

    def __init__(self, resource: Resource) -> None:
        self.resource = {name: value for name, value in resource.items() if name not in _OF_THE_RECORD}
        self.since = known_from(resource)
        said = (value for name, value in self.resource.items() if name not in _PLANNED)
        self._last = max((at for value in said for at in _moments(value)), default=None)

    def seen(self, at: datetime) -> dict[str, Any] | None:
        """As the chart had it at `at`; None when it did not have it, or nobody can tell."""
        if self.since is None and not always_there(self.resource):
            return None
        # A note of the same moment tells of the order; a result of that moment was there to decide it.
        is_note = self.resource["resourceType"] == "DocumentReference"
        if self.since is not None and (self.since >= at if is_note else self.since > at):
            return None
        later = self._last is not None and self._last > at
        stood = _without_later(self.resource, at) if later else self.resource
        turned = _TURNED_BACK.get(self.resource["resourceType"])
        return turned(self.resource, stood, at) if turned else stood


def over_without_a_day(resource: Resource) -> bool:
    """A problem or allergy that is over today and does not say since when: it stays as it is today."""
    if resource["resourceType"] not in ("Condition", "AllergyIntolerance"):
        return False
    return bool(codes(resource.get("clinicalStatus")) & _OVER) and _abated(resource) is None


def _condition(resource: Resource, stood: dict[str, Any], at: datetime) -> dict[str, Any]:
    """A problem that was over only later was active then."""
    ended = _abated(resource)
    if ended is None or ended <= at:
        return stood
    kept = {name: value for name, value in stood.items() if not name.startswith("abatement")}
    return {**kept, "clinicalStatus": _ACTIVE}


def _statement(resource: Resource, stood: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What was taken until a later day was taken then."""
    end = _begin(obj(resource.get("effectivePeriod")).get("end"))
    return {**stood, "status": "active"} if end is not None and end > at else stood


def _abated(resource: Resource) -> datetime | None:
    ends = (resource.get("abatementDateTime"), obj(resource.get("abatementPeriod")).get("end"))
    return next((at for end in ends if (at := _begin(end))), None)


def _without_later(resource: Resource, at: datetime) -> dict[str, Any]:
    """Without members that hold a later date, in whatever depth, but for what was planned."""
    return {
        name: value if name in _PLANNED else _scrubbed(value, at)
        for name, value in resource.items()
        if not _is_later(value, at)
    }


def _scrubbed(value: Any, at: datetime) -> Any:
    if isinstance(value, dict):
        return {name: _scrubbed(one, at) for name, one in value.items() if not _is_later(one, at)}
    return [_scrubbed(one, at) for one in value if not _is_later(one, at)] if isinstance(value, list) else value


def _moments(value: Any) -> Iterator[datetime]:
    """Every date in it, in whatever depth."""
    if isinstance(value, str):
        moment = moment_of(value) if _DATED.match(value) else None
        if moment:
            yield moment
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _moments(one)


def _is_later(value: Any, at: datetime) -> bool:
    moment = moment_of(value) if isinstance(value, str) and _DATED.match(value) else None
    return moment is not None and moment > at


def _value(resource: Resource, path: str) -> object:
    *above, last = path.split(".")
    inside = resource
    for name in above:
        inside = obj(inside.get(name))
    return inside.get(last)


def _begin(value: object) -> datetime | None:
    """Its first moment; of a month or a year the last day, by when it is certain."""
    if isinstance(value, str) and len(value) < len("2026-01-01"):
        day = last_day_of(value)
        return datetime.combine(day, time.max, UTC) if day else None
    return moment_of(value)


_TURNED_BACK: Mapping[str, Callable[[Resource, dict[str, Any], datetime], dict[str, Any]]] = {
    "Condition": _condition,
    "MedicationStatement": _statement,
}
