"""What counts as taken now: status, intent, times, renewals, and lists that are not what they should be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.chart import Supplied
from tests.charts import chart, data, names, person, request, statement


def active(text: str = "warfarin 5 mg", *, id: str = "m1", **members: Any) -> dict[str, Any]:
    return request(text, id=id, **{"status": "active", **members})


def listed(*resources: dict[str, Any]) -> list[str]:
    return [medication.ref.reference for medication in chart(medications=data(*resources)).medications.items]


@pytest.mark.parametrize("status", ["active", "unknown", "", None, 7])
def test_an_order_of_this_status_is_taken(status: object) -> None:
    assert listed(active(status=status)) == ["MedicationRequest/m1"]


@pytest.mark.parametrize("status", ["on-hold", "cancelled", "entered-in-error", "draft", "stopped", "completed"])
def test_an_order_of_this_status_is_not_taken(status: str) -> None:
    assert listed(active(status=status)) == []


@pytest.mark.parametrize("members", [{"doNotPerform": True}, {"intent": "proposal"}, {"intent": "plan"}])
def test_what_is_not_to_be_given_or_only_planned_is_not_taken(members: dict[str, Any]) -> None:
    assert listed(active(**members)) == []


@pytest.mark.parametrize("status", ["not-taken", "on-hold", "entered-in-error"])
def test_a_statement_of_this_status_is_not_taken(status: str) -> None:
    assert listed(statement("warfarin", status=status)) == []


@pytest.mark.parametrize(
    ("end", "over"),
    [
        *(("2026-11-22", True), ("2026-11-23", False), ("2027", False), ("2026-10", True), ("2026-11", False)),
        *(("2026", False), ("9999-12-31T23:59:59-14:00", False), ("0001-01-01", True), ("tomorrow", False)),
    ],
)
def test_a_partial_end_counts_to_its_last_day(end: str, over: bool) -> None:
    medications = chart(medications=data(statement("warfarin", effectivePeriod={"end": end}))).medications
    assert [medication.ended is not None for medication in medications.items] == [over]


@pytest.mark.parametrize(
    ("start", "taken"), [("2026-11-24", False), ("2026-11-23", True), ("2026", True), ("9999", False), (17, True)]
)
def test_what_begins_later_is_not_taken_yet(start: object, taken: bool) -> None:
    assert bool(listed(statement("warfarin", effectivePeriod={"start": start}))) is taken


def test_the_bounds_of_a_dosage_say_when_a_course_is_over() -> None:
    dosage = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-11-01", "end": "2026-11-10"}}}}
    (course,) = chart(medications=data(active(dosageInstruction=[dosage]))).medications.items
    assert course.ended == date(2026, 11, 10)
    (going_on,) = chart(medications=data(active(dosageInstruction=[dosage, {}]))).medications.items
    assert going_on.ended is None


def test_a_stopped_drug_counts_from_its_last_day_when_that_is_known() -> None:
    supply = {"validityPeriod": {"end": "2026-11-20"}}
    (stopped,) = chart(medications=data(active(status="stopped", dispenseRequest=supply))).medications.items
    assert stopped.ended == date(2026, 11, 20)
    assert listed(active(status="stopped", dispenseRequest={"validityPeriod": {"end": "2027-01-01"}})) == []


def test_the_prescription_that_is_renewed_is_no_company() -> None:
    prior = {"reference": "https://ehr.example/fhir/MedicationRequest/m1"}
    found = chart(request("warfarin", priorPrescription=prior), medications=data(active(), active("aspirin", id="m2")))
    assert [names(medication) for medication in found.company_of(found.orders[0])] == [["aspirin"]]


def test_an_active_order_that_is_being_revised_is_left_to_its_draft() -> None:
    found = chart(active("warfarin 2 mg"), request("aspirin", id="o2"), medications=data(active("metformin", id="m1")))
    assert found.medications.items == ()
    assert [names(medication) for medication in found.company_of(found.orders[1])] == [["warfarin"]]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "stopped", "completed"])
def test_a_draft_of_this_status_is_no_order(status: str) -> None:
    assert chart(request("warfarin", status=status)).orders == ()


def test_drafts_that_are_not_selected_are_background() -> None:
    found = chart(request("warfarin"), request("aspirin", id="o2"), focus=("MedicationRequest/o2",))
    assert [order.ref.reference for order in found.orders] == ["MedicationRequest/o2"]
    assert [order.ref.reference for order in found.background] == ["MedicationRequest/o1"]


@pytest.mark.parametrize(
    ("orders", "statements", "state", "count"),
    [
        (None, None, "absent", 0),
        (Supplied("failed"), Supplied("empty"), "failed", 0),
        (Supplied("empty"), None, "empty", 0),
        (Supplied("empty"), data(statement("warfarin")), "data", 1),
        (None, data(statement("warfarin")), "absent", 1),
        (Supplied("failed"), data(statement("warfarin")), "failed", 1),
        (data(active(status="cancelled")), None, "data", 0),
    ],
)
def test_statements_add_to_the_list_of_orders_but_never_stand_in_for_it(
    orders: Supplied | None, statements: Supplied | None, state: str, count: int
) -> None:
    given = {key: value for key, value in (("medications", orders), ("statements", statements)) if value}
    medications = chart(**given).medications
    assert (medications.state, len(medications.items)) == (state, count)


def test_failed_statements_and_missing_pages_are_said() -> None:
    more = Supplied("data", (active(),), complete=False)
    medications = chart(medications=more, statements=Supplied("failed")).medications
    assert medications.notes == (
        "medication list has further pages that were not supplied",
        "medication statements could not be read",
    )


@pytest.mark.parametrize("key", ["medications", "allergies", "labs", "vitals"])
def test_a_key_that_holds_only_something_else_is_not_known(key: str) -> None:
    found = chart(**{key: data(person())})
    assert getattr(found, key).state == "failed"


def test_entries_of_another_kind_are_left_out_and_said_but_companions_are_not() -> None:
    medications = chart(medications=data(active(), {"resourceType": "MedicationDispense"}, person())).medications
    assert len(medications.items) == 1
    assert medications.notes == ("medication list: 1 entry of another kind was not used",)


def test_a_laboratory_order_counts_by_its_loinc_code_alone() -> None:
    def test(system: str, **members: Any) -> dict[str, Any]:
        code = {"coding": [{"system": system, "code": "6301-6"}]}
        return {"resourceType": "ServiceRequest", "id": "l1", "code": code, **members}

    assert chart(test("http://loinc.org")).planned_codes == {"6301-6"}
    assert chart(test("urn:local")).planned_codes == frozenset()
    assert chart(test("http://loinc.org", doNotPerform=True)).planned_codes == frozenset()
