"""How long each order of a patient was taken, as far as the record tells, and by what.

An order that is active today is taken from the day it was written; what it says of its own end is for the service to
judge. One that is completed or stopped was taken until its stated end; else until the same medicine was ordered again
within 400 days, which then counts as its renewal; else for 90 days, which is assumed and counted as such. Cancelled
orders, drafts and errors were never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from cds_service.chart.dates import last_day_of
from cds_service.chart.fhir_json import Resource, label_of, number, obj, text
from cds_service.chart.medications.dosing import dosages_of
from cds_service.replay.rewinding import written_at

Told = Literal["active today", "stated end", "ordered again", "90 days assumed"]
_ENDED = frozenset({"completed", "stopped"})
_NEVER = frozenset({"cancelled", "entered-in-error", "draft"})
_NOT_ORDERS = frozenset({"proposal", "plan", "option"})
_ASSUMED, _RENEWED_WITHIN = timedelta(days=90), timedelta(days=400)
_DAYS = {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30, "a": 365}


@dataclass(frozen=True, slots=True)
class Course:
    """`until` None: it goes on. `renews` is the id of the order whose place it takes; `turn` the order of writing."""

    order: Resource
    since: datetime
    turn: int
    until: datetime | None
    told: Told
    renews: str = ""

    @property
    def id(self) -> str:
        return str(self.order["id"])

    def taken_beside(self, other: Course, at: datetime) -> bool:
        """Whether it was on the list at `at`, when `other` was written. What `other` renews is on it until then."""
        if (self.since, self.turn) >= (at, other.turn):
            return False
        return self.id == other.renews or self.taken(at)

    def taken(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def courses_of(orders: Iterable[Resource]) -> list[Course]:
    """The dated orders that were meant to be taken, by the time they were written."""
    dated = [(at, one) for one in orders if _meant(one) and (at := written_at(one))]
    dated.sort(key=lambda pair: (pair[0], str(pair[1]["id"])))
    renewals = dict(_renewals(dated))
    moments = {one["id"]: at for at, one in dated}
    followers = {before: moments[after] for after, before in renewals.items()}
    return [
        Course(one, at, turn, *_end(one, at, followers.get(one["id"])), renews=renewals.get(one["id"], ""))
        for turn, (at, one) in enumerate(dated)
    ]


def _meant(order: Resource) -> bool:
    never = text(order.get("status")) in _NEVER or text(order.get("intent")) in _NOT_ORDERS
    return not never and order.get("doNotPerform") is not True


def _end(order: Resource, since: datetime, again: datetime | None) -> tuple[datetime | None, Told]:
    if text(order.get("status")) not in _ENDED:
        return None, "active today"
    stated = max(_stated(order, since), default=None)
    if stated is not None:
        return stated, "stated end"
    return (again, "ordered again") if again else (since + _ASSUMED, "90 days assumed")


def _stated(order: Resource, since: datetime) -> Iterator[datetime]:
    """The ends that an order gives: of its dosages, else of what was to be dispensed."""
    repeats = [obj(obj(dosage.get("timing")).get("repeat")) for dosage in dosages_of(order)]
    ends = [_last_moment(obj(repeat.get("boundsPeriod")).get("end")) for repeat in repeats]
    ends += [_after(since, repeat.get("boundsDuration"), 1) for repeat in repeats]
    if not any(ends):
        supply = obj(order.get("dispenseRequest"))
        times = 1 + (number(supply.get("numberOfRepeatsAllowed")) or 0)
        ends = [_after(since, supply.get("expectedSupplyDuration"), times)]
        ends = ends if any(ends) else [_last_moment(obj(supply.get("validityPeriod")).get("end"))]
    yield from (end for end in ends if end is not None)


def _last_moment(value: object) -> datetime | None:
    day = last_day_of(value)
    return datetime.combine(day, time.max, UTC) if day else None


def _after(since: datetime, duration: object, times: float) -> datetime | None:
    value, unit = number(obj(duration).get("value")), text(obj(duration).get("code")) or text(obj(duration).get("unit"))
    unit = {"day": "d", "days": "d", "week": "wk", "weeks": "wk", "month": "mo", "months": "mo"}.get(unit, unit)
    if value is None or value <= 0 or unit not in _DAYS or value * times > 36500:
        return None
    return since + timedelta(days=value * _DAYS[unit] * times)


def _renewals(dated: Sequence[tuple[datetime, Resource]]) -> Iterator[tuple[str, str]]:
    """(order, the order of the same words before it that is over today): an EHR stops the old one at that moment."""
    latest: dict[str, tuple[datetime, Resource]] = {}
    for at, one in dated:
        words = label_of(one.get("medicationCodeableConcept")) or text(
            obj(one.get("medicationReference")).get("reference")
        )
        before = latest.get(words) if words else None
        if before and text(before[1].get("status")) in _ENDED and at - before[0] <= _RENEWED_WITHIN:
            yield one["id"], before[1]["id"]
        latest[words] = (at, one)
