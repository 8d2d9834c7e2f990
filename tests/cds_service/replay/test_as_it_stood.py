"""Time travel: no call sees what came after it, and a chart is what it was on the day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from cds_service.replay.calls import Ask, Period, openings, signings
from cds_service.replay.history import History
from tests.cds_service.replay.histories import allergy, encounter, note, order, patient, problem, result

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
DATE = re.compile(r"\d{4}-\d\d-\d\d(T.*)?\Z")
# What was planned when something was ordered may lie ahead.
PLANNED = ("dosageInstruction", "dispenseRequest")


def history(*resources: dict[str, Any]) -> History:
    return History("p1", resources, {})


def signed(*resources: dict[str, Any], per: str = "order") -> list[Ask]:
    return list(signings(history(*resources), per, Period()))  # type: ignore[arg-type]


def listed(ask: Ask, key: str) -> list[str]:
    return [entry["resource"]["id"] for entry in ask.body["prefetch"][key]["entry"]]


def resource(ask: Ask, key: str, known: str) -> dict[str, Any]:
    (found,) = (e["resource"] for e in ask.body["prefetch"][key]["entry"] if e["resource"]["id"] == known)
    return found  # type: ignore[no-any-return]


def dates_in(value: Any) -> Iterator[datetime]:
    """Every date in a call but for plans, read by the test's own means."""
    if isinstance(value, str) and DATE.match(value):
        at = datetime.fromisoformat(value)
        yield at if at.tzinfo else at.replace(tzinfo=UTC)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from () if name in PLANNED else dates_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from dates_in(one)


moments = some.integers(0, 60 * 24).map(lambda hours: (BEGIN + timedelta(hours=hours)).isoformat())
days = some.integers(0, 60).map(lambda day: (BEGIN + timedelta(days=day)).date().isoformat())
when = some.one_of(moments, days)
visits = some.sampled_from(["e1", "e2", ""])


@some.composite
def charts(draw: some.DrawFn) -> list[dict[str, Any]]:
    """Resources of a patient in a disorder of dates, with what a record says of later times."""
    made = [patient(deceasedDateTime=draw(when)), *(encounter(e, draw(when), draw(when)) for e in ("e1", "e2"))]
    for number in range(draw(some.integers(1, 6))):
        visit = draw(visits)
        members = {"encounter": {"reference": f"Encounter/{visit}"}} if visit else {}
        status = draw(some.sampled_from(["active", "stopped", "completed", "cancelled"]))
        bounds = {"timing": {"repeat": {"boundsPeriod": {"start": draw(when), "end": draw(when)}}}}
        made.append(
            order(
                f"m{number}",
                draw(some.sampled_from(["warfarin 5 mg", "ibuprofen 400 mg"])),
                draw(when),
                status=status,
                dosageInstruction=[bounds],
                note=[{"time": draw(when), "text": "stopped later"}],
                **members,
            )
        )
    for number in range(draw(some.integers(0, 4))):
        at_a_visit = {"encounter": {"reference": "Encounter/e1"}}
        made += [
            {**order(f"t{number}", "", draw(when), **at_a_visit), "resourceType": "ServiceRequest"},
            problem(f"c{number}", "asthma", draw(when), onsetDateTime=draw(when), abatementDateTime=draw(when)),
            allergy(
                f"a{number}", "penicillin", draw(when), lastOccurrence=draw(when), reaction=[{"onset": draw(when)}]
            ),
            result(f"o{number}", "2160-0", 1.1, "mg/dL", draw(when), issued=draw(moments)),
            note(f"n{number}", "Allergic to aspirin.", draw(when), context={"period": {"end": draw(when)}}),
            {
                **order(f"s{number}", "naproxen 500 mg", None),
                "resourceType": "MedicationStatement",
                "effectivePeriod": {"start": draw(when), "end": draw(when)},
                "dateAsserted": draw(when),
            },
        ]
    return made


@given(charts(), some.sampled_from(["order", "encounter"]))
@settings(max_examples=120, deadline=None)
def test_no_call_holds_a_date_after_it(resources: list[dict[str, Any]], per: str) -> None:
    past = history(*resources)
    for ask in (*signings(past, per, Period()), *openings(past, Period())):  # type: ignore[arg-type]
        # Of a day alone nobody knows the hour: it counts as that day.
        assert [at for at in dates_in(ask.body) if at > ask.at] == []


@given(charts())
@settings(max_examples=60, deadline=None)
def test_every_order_that_was_meant_is_signed_once(resources: list[dict[str, Any]]) -> None:
    meant = {
        one["id"] for one in resources if one["resourceType"] == "MedicationRequest" and one["status"] != "cancelled"
    }
    for per in ("order", "encounter"):
        drafts = [one["id"] for ask in signed(*resources, per=per) for one in ask.orders]
        assert sorted(drafts) == sorted(meant)


def test_a_result_counts_from_when_it_was_issued_and_a_note_from_its_end() -> None:
    late = result("l1", "2160-0", 3.0, "mg/dL", "2020-01-01T08:00:00Z", issued="2020-01-01T16:00:00Z")
    told = note("n1", "x", "2020-01-01T08:00:00Z", context={"period": {"end": "2020-01-01T16:00:00Z"}})
    first, second = signed(
        order("m1", "a", "2020-01-01T10:00:00Z"), order("m2", "b", "2020-01-01T16:00:00Z"), late, told
    )
    assert (listed(first, "labs"), listed(second, "labs")) == ([], ["l1"])
    assert listed(second, "notes") == [], "a note of the moment of the order tells of the order"


def test_a_superseded_note_was_current_until_the_next_of_its_type() -> None:
    def of(kind: str) -> dict[str, Any]:
        return {"type": {"text": kind}}

    notes = [
        note("n1", "x", "2020-01-01", status="superseded", **of("progress")),
        note("n2", "x", "2020-01-10", status="superseded", **of("surgery")),
        note("n3", "x", "2020-02-10", **of("progress")),
    ]
    early, late = signed(order("m1", "a", "2020-02-01"), order("m2", "b", "2020-03-01"), *notes)
    assert (listed(early, "notes"), listed(late, "notes")) == (["n2", "n1"], ["n3", "n2"])
    assert resource(early, "notes", "n1")["status"] == "current"


def test_a_problem_that_was_over_later_was_active_then() -> None:
    over = problem(
        "c1", "asthma", "2019-01-01", abatementDateTime="2020-06-01", clinicalStatus={"coding": [{"code": "resolved"}]}
    )
    before, after = signed(order("m1", "a", "2020-01-01"), order("m2", "b", "2020-07-01"), over)
    assert resource(before, "problems", "c1")["clinicalStatus"]["coding"][0]["code"] == "active"
    assert "abatementDateTime" not in resource(before, "problems", "c1")
    assert resource(after, "problems", "c1")["abatementDateTime"] == "2020-06-01"


def test_a_month_is_certain_from_its_last_day() -> None:
    early, late = signed(
        order("m1", "a", "2020-03-15"), order("m2", "b", "2020-04-01"), problem("c1", "asthma", "2020-03")
    )
    assert (listed(early, "problems"), listed(late, "problems")) == ([], ["c1"])


def test_an_order_of_a_day_sees_that_day() -> None:
    (ask,) = signed(order("m1", "a", "2020-03-15"), problem("c1", "asthma", "2020-03-15T14:00:00Z"))
    assert (listed(ask, "problems"), ask.at.isoformat()) == (["c1"], "2020-03-15T23:59:59+00:00")


def test_what_has_no_date_is_placed_by_what_it_is_and_counted() -> None:
    past = history(
        order("m0", "aspirin", None),
        order("m1", "a", "2020-01-01"),
        allergy("a1", "penicillin", None),
        result("l1", "2160-0", 1.0, "mg/dL", None),
        problem("c1", "asthma", "2019", clinicalStatus={"coding": [{"code": "resolved"}]}),
    )
    (ask,) = signings(past, "order", Period())
    assert [listed(ask, key) for key in ("medications", "allergies", "labs")] == [[], ["a1"], []]
    assert past.undated() == {
        ("MedicationRequest", "no date: left out"): 1,
        ("AllergyIntolerance", "no date: taken as always there"): 1,
        ("Observation", "no date: left out"): 1,
        ("Condition", "over, but no day says since when: left as it is today"): 1,
    }


def test_a_type_that_the_export_lacks_is_not_known_to_be_none() -> None:
    past = History("p1", [order("m1", "a", "2020-01-01")], {}, {"MedicationRequest", "Observation"})
    (ask,) = signings(past, "order", Period())
    assert ask.body["prefetch"].keys() == {"medications", "labs", "vitals", "screenings", "social", "encounter"}
    assert ask.body["prefetch"]["labs"]["entry"] == []


def test_one_who_died_later_was_alive() -> None:
    (ask,) = signed(patient(deceasedBoolean=True), order("m1", "a", "2020-01-01"))
    assert "deceasedBoolean" not in ask.body["prefetch"]["patient"]


def test_a_chart_without_its_patient_is_asked_about_all_the_same() -> None:
    (ask,) = signed(order("m1", "a", "2020-01-01"))
    assert "patient" not in ask.body["prefetch"]


def test_orders_of_one_encounter_and_day_are_one_call_when_asked_for() -> None:
    here = {"encounter": {"reference": "Encounter/e1"}}
    orders = [
        order("m1", "a", "2020-01-01T08:00:00Z", **here),
        order("m2", "b", "2020-01-01T10:00:00Z", **here),
        order("m3", "c", "2020-01-02T08:00:00Z", **here),
        order("m4", "d", "2020-01-01T09:00:00Z"),
    ]
    late = result("l1", "2160-0", 3.0, "mg/dL", "2020-01-01T09:00:00Z")
    test = {**order("t1", "", "2020-01-01T08:30:00Z", **here), "resourceType": "ServiceRequest"}
    first, alone, second = signed(*orders, late, test, per="encounter")
    drafts = [e["resource"]["id"] for e in first.body["context"]["draftOrders"]["entry"]]
    assert drafts == ["m1", "m2", "t1"]
    assert listed(first, "labs") == [], "the chart is as it was when the first was written"
    assert [one["id"] for one in alone.orders] == ["m4"]
    assert listed(alone, "medications") == ["m1"]
    assert listed(second, "medications") == ["m1", "m4", "m2"]


def test_of_two_orders_of_one_moment_the_second_sees_the_first() -> None:
    first, second = signed(order("m1", "a", "2020-01-01T08:00:00Z"), order("m2", "b", "2020-01-01T08:00:00Z"))
    assert (listed(first, "medications"), listed(second, "medications")) == ([], ["m1"])


def test_what_a_patient_reports_was_not_signed_but_is_taken() -> None:
    (ask,) = signed(order("m1", "a", "2020-01-01", reportedBoolean=True), order("m2", "b", "2020-02-01"))
    assert ([one["id"] for one in ask.orders], listed(ask, "medications")) == (["m2"], ["m1"])


def test_a_period_leaves_the_older_chart() -> None:
    past = history(order("m1", "a", "2020-01-01"), order("m2", "b", "2020-02-01"), order("m3", "c", "2020-03-01"))
    period = Period(datetime(2020, 1, 15, tzinfo=UTC), datetime(2020, 2, 15, tzinfo=UTC))
    (ask,) = signings(past, "order", period)
    assert ([one["id"] for one in ask.orders], listed(ask, "medications")) == (["m2"], ["m1"])
