"""How long an order was taken: by its stated end, by the order that took its place, or by assumption, which is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cds_service.replay.courses import courses_of
from tests.cds_service.replay.histories import order

DAY = {"system": "http://unitsofmeasure.org", "code": "d"}
WEEKS, VALID = {"value": 2, "unit": "weeks"}, {"validityPeriod": {"end": "2020-02"}}


def bounds(**repeat: Any) -> dict[str, Any]:
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


def supply(days: int, repeats: int = 0) -> dict[str, Any]:
    return {"dispenseRequest": {"expectedSupplyDuration": {"value": days, **DAY}, "numberOfRepeatsAllowed": repeats}}


@pytest.mark.parametrize(
    ("members", "told", "last", "first_without"),
    [
        ({"status": "active"}, "active today", "2029-01-01", None),
        ({"status": "completed"}, "90 days assumed", "2020-03-30", "2020-04-01"),
        ({"status": "stopped", **bounds(boundsPeriod={"end": "2020-01-10"})}, "stated end", "2020-01-10", "2020-01-11"),
        ({"status": "completed", **bounds(boundsDuration=WEEKS)}, "stated end", "2020-01-14", "2020-01-16"),
        ({"status": "completed", **supply(30, 2)}, "stated end", "2020-03-30", "2020-04-01"),
        ({"status": "stopped", "dispenseRequest": VALID}, "stated end", "2020-02-29", "2020-03-01"),
    ],
)  # fmt: skip
def test_an_order_was_taken_until(members: dict[str, Any], told: str, last: str, first_without: str | None) -> None:
    (course,) = courses_of([order("m1", "a", "2020-01-01T00:00:00Z", **members)])
    assert course.told == told
    assert course.taken(at(last))
    assert first_without is None or not course.taken(at(first_without))


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def test_the_same_words_again_take_the_place_of_an_order_that_is_over() -> None:
    old, new = courses_of([order("m2", "a", "2020-12-01"), order("m1", "a", "2020-01-01", status="stopped")])
    assert (old.id, old.told, new.renews) == ("m1", "ordered again", "m1")
    assert old.taken(at("2020-06-01")) and not old.taken(at("2020-12-02"))
    assert old.taken_beside(new, new.since), "it is on the list while its renewal is signed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"status": "active"}, {"on": "2020-12-01"}),
        ({"status": "stopped"}, {"on": "2021-06-01"}),
        ({"status": "stopped"}, {"on": "2020-12-01", "text": "b"}),
    ],
)
def test_an_order_that_is_active_too_old_or_of_other_words_is_not_renewed(
    old: dict[str, str], new: dict[str, str]
) -> None:
    courses = courses_of([order("m1", "a", "2020-01-01", **old), order("m2", new.get("text", "a"), new["on"])])
    assert [one.renews for one in courses] == ["", ""]


@pytest.mark.parametrize(
    "members", [{"status": "cancelled"}, {"status": "entered-in-error"}, {"intent": "plan"}, {"doNotPerform": True}]
)
def test_what_was_never_meant_to_be_taken_is_no_course(members: dict[str, Any]) -> None:
    assert courses_of([order("m1", "a", "2020-01-01", **members)]) == []
