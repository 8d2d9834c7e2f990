"""Whatever stands in the orders and home lists of a stay: nothing is lost, doubled or claimed without a ground."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from cds_service.checks.discharge.changes import changes
from tests.cds_service.checks.discharge.charts import chart_of, order, said, statement, stay
from tests.cds_service.checks.discharge.shapes import Entry
from tests.charts import NOW, data

DRUGS = (
    "lisinopril 10 mg tablet",
    "lisinopril 20 mg tablet",
    "warfarin 5 mg",
    "omeprazole 20 mg capsule",
    "zorbaquint",
)
SIGS = ("Take 1 tablet by mouth daily", "1 tab po bid", "as directed", "")
DAYS = ("", "2025-01-02", "2026-11-17T08:00:00Z", "2026-11-18", "2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z")
TOUCHED = ({}, {"meta": {"lastUpdated": "2026-11-20T08:00:00Z"}}, {"meta": {"lastUpdated": "2025-01-01T00:00:00Z"}})
entries = some.builds(
    Entry,
    some.just(""),
    some.sampled_from(DRUGS),
    some.sampled_from(SIGS),
    some.sampled_from(DAYS),
    some.sampled_from(["active", "stopped", "completed", "on-hold", "cancelled", "unknown", "not-taken", "intended"]),
    some.sampled_from(["inpatient", "outpatient", "community", "discharge", ""]),
    some.sampled_from(TOUCHED),
)


@settings(max_examples=60, deadline=None)
@given(
    some.lists(entries, max_size=5),
    some.lists(entries, max_size=4),
    some.sampled_from(["2026-11-18T09:00:00Z", "2026-11-18", ""]),
)
def test_every_line_has_its_ground(orders: list[Entry], statements: list[Entry], since: str) -> None:
    resources = [{**order(one), "id": f"o{at}"} for at, one in enumerate(orders)]
    reported = [{**statement(one), "id": f"s{at}"} for at, one in enumerate(statements)]
    chart = chart_of(order_history=data(*resources), statement_history=data(*reported), encounter=data(stay(since)))
    status = {f"MedicationRequest/{one['id']}": one["status"] for one in resources}
    status |= {f"MedicationStatement/{one['id']}": one["status"] for one in reported}
    ward = {f"MedicationRequest/o{at}" for at, one in enumerate(orders) if one.category == "inpatient"}
    found = changes(chart.stay, NOW.date())
    about = [one.course.reference for one in found]
    assert len(about) == len(set(about)) and ward.isdisjoint(about)
    for one in found:
        if one.state in ("new", "changed", "continued", "unsure"):
            assert one.course.kind == "order" and status[one.course.reference] in ("active", "unknown")
        if one.state in ("new", "changed", "stopped"):
            assert since, "no change is told when the day of the stay is not known"
        if one.state == "stopped" and not one.course.why:
            assert status[one.course.reference] in ("stopped", "completed")
        if one.state in ("unsure", "held", "unreconciled"):
            assert one.questions
        if one.state == "changed":
            assert one.what and one.before
    going = {
        one for one, said_so in status.items() if said_so == "active" and one.startswith("MedicationRequest/")
    } - ward
    drugs = {one.course.medication.ref.text.split()[0].strip(",") for one in found}
    for reference in going:
        assert DRUGS and orders[int(reference.rpartition("o")[2])].drug.split()[0] in drugs, "an active order was lost"
    assert len(said(chart)[0]) == len(found)
