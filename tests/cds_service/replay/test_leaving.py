"""The end of a stay as replay asks about it: with whatever was ordered before, as it stood on that day."""

from __future__ import annotations

from typing import Any

from cds_service.replay.calls import Period, leavings
from cds_service.replay.history import History


def ordered(known: str, drug: str, on: str, status: str = "active", **members: Any) -> dict[str, Any]:
    concept = {"medicationCodeableConcept": {"text": drug}, "subject": {"reference": "Patient/p1"}}
    base = {"resourceType": "MedicationRequest", "id": known, "status": status, "intent": "order", "authoredOn": on}
    return {**base, **concept, **members}


def stay(known: str, kind: str, **period: str) -> dict[str, Any]:
    where = {"class": {"code": kind}, "subject": {"reference": "Patient/p1"}, "period": period}
    return {"resourceType": "Encounter", "id": known, "status": "finished", **where}


def supply(until: str) -> dict[str, Any]:
    return {"dispenseRequest": {"validityPeriod": {"end": until}}}


def asked(*resources: dict[str, Any]) -> list[Any]:
    person = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01"}
    return list(leavings(History("p1", (person, *resources), {}), Period()))


def test_each_stay_in_a_hospital_that_ended_is_asked_about_at_its_end() -> None:
    ended = stay("e1", "IMP", start="2024-05-01T08:00:00Z", end="2024-05-06T11:00:00Z")
    still, visit = (
        stay("e2", "IMP", start="2024-06-01T08:00:00Z"),
        stay("e3", "AMB", start="2024-01-01", end="2024-01-01"),
    )
    (ask,) = asked(ended, still, visit)
    assert (ask.hook, ask.encounter, ask.at.isoformat()) == (
        "encounter-discharge",
        "Encounter/e1",
        "2024-05-06T11:00:00+00:00",
    )
    assert ask.body["context"]["encounterId"] == "e1"
    assert ask.body["prefetch"]["encounter"]["period"]["start"] == "2024-05-01T08:00:00Z"


def test_orders_stand_as_they_stood_and_later_ones_are_not_there() -> None:
    resources = (
        stay("e1", "IMP", start="2024-05-01T08:00:00Z", end="2024-05-06T11:00:00Z"),
        ordered("goes-on", "lisinopril 10 mg", "2023-01-01T08:00:00Z"),
        ordered("ended-in-it", "naproxen 500 mg", "2023-02-01T08:00:00Z", "stopped", **supply("2024-05-03")),
        ordered("ended-later", "metformin 500 mg", "2023-03-01T08:00:00Z", "stopped", **supply("2024-09-01")),
        ordered("of-later", "warfarin 5 mg", "2024-07-01T08:00:00Z"),
    )
    (ask,) = asked(*resources)
    history = [one["resource"] for one in ask.body["prefetch"]["order_history"]["entry"]]
    assert {one["id"]: one["status"] for one in history} == {
        "ended-later": "active",
        "ended-in-it": "stopped",
        "goes-on": "active",
    }
    assert [one["id"] for one in history] == ["ended-later", "ended-in-it", "goes-on"], "newest first"
    active = [one["resource"]["id"] for one in ask.body["prefetch"]["medications"]["entry"]]
    assert sorted(active) == ["ended-later", "goes-on"]
