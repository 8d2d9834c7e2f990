"""Each renal band through the check: silent at its limit, loud at ten-fold, and each edge on its side."""

from __future__ import annotations

import pytest

from cds_service.checks.renal_dosing import renal_dosing
from cds_service.findings import Finding
from cds_service.knowledge.kinds.renal import RenalRow
from tests.charts import chart, data, egfr, knowledge, observation, person, request

ROWS = {row.id: row for row in knowledge().all(RenalRow) if row.estimator != "dialysis"}
LIMITED = [name for name, row in ROWS.items() if row.max_daily_dose is not None]
ROUTE = {"injection": "iv", "oral": "by mouth"}


def fired(row: RenalRow, value: float, dose: float | None = None) -> bool:
    """Whether the row speaks of one dose a day at a kidney function."""
    route = ROUTE.get(next((one for one in ("oral", "injection") if one in row.routes), ""), "")
    name = knowledge().names.drugs[row.drug].name
    text = f"{name} {dose:g} {row.dose_unit} {route} once daily" if dose else f"{name} {route}"
    lab = egfr(value) if row.estimator == "egfr" else observation("2164-2", value, "mL/min")
    found = renal_dosing(chart(request(text), patient=data(person()), labs=data(lab)), knowledge())
    return row.id in {one.rule for one in found if isinstance(one, Finding)}


def inside(row: RenalRow) -> float:
    return ((row.low or 1.0) + (row.high or 0.0)) / 2


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_is_quiet_and_ten_times_the_limit_is_not(name: str) -> None:
    row = ROWS[name]
    limit = row.max_daily_dose or 0.0
    assert not fired(row, inside(row), limit)
    assert fired(row, inside(row), limit * 10)


@pytest.mark.parametrize("name", ROWS)
def test_a_band_begins_with_its_lowest_value_and_ends_before_its_highest(name: str) -> None:
    row = ROWS[name]
    dose = row.max_daily_dose and row.max_daily_dose * 10
    assert fired(row, row.low or 1.0, dose)
    assert not fired(row, row.high or 0.0, dose)


@pytest.mark.parametrize(
    ("name", "edge"), [("renal-eplerenone-crcl-0-30", 30.0), ("renal-dalfampridine-crcl-0-50", 50.0)]
)
def test_or_less_holds_the_number_itself(name: str, edge: float) -> None:
    assert fired(ROWS[name], edge)


def test_anticoagulants_go_by_clearance_and_never_by_egfr() -> None:
    drugs = ("rivaroxaban", "edoxaban", "dabigatran", "enoxaparin", "fondaparinux", "dalteparin")
    rows = [row for row in ROWS.values() if knowledge().names.drugs[row.drug].name in drugs]
    assert {knowledge().names.drugs[row.drug].name for row in rows} == set(drugs)
    assert {row.estimator for row in rows} == {"crcl"}


@pytest.mark.parametrize(
    ("order", "comparator", "value", "rule"),
    [
        ("metformin 500 mg bid", "<", 15, "renal-metformin-egfr-0-30"),
        ("metformin 500 mg bid", "<", 30, "renal-metformin-egfr-0-30"),
        ("metformin 500 mg bid", "<", 45, "not assessed"),
        ("metformin 500 mg bid", ">", 29, "not assessed"),
        ("metformin 500 mg bid", ">", 44, "not assessed"),
        ("metformin 500 mg bid", ">", 45, "silent"),
        ("metformin 500 mg bid", ">", 60, "silent"),
    ],
)
def test_a_bound_speaks_for_the_band_that_holds_all_it_leaves(
    order: str, comparator: str, value: float, rule: str
) -> None:
    lab = egfr(value, valueQuantity={"value": value, "unit": "mL/min/1.73m2", "comparator": comparator})
    found = list(renal_dosing(chart(request(order), patient=data(person()), labs=data(lab)), knowledge()))
    said = [one.rule if isinstance(one, Finding) else "not assessed" for one in found]
    assert said == ([] if rule == "silent" else [rule])


def test_a_card_about_a_bound_names_the_result_as_it_was_sent() -> None:
    lab = egfr(15, valueQuantity={"value": 15, "unit": "mL/min/1.73m2", "comparator": "<"})
    drafted = chart(request("metformin 500 mg bid"), patient=data(person()), labs=data(lab))
    (found,) = renal_dosing(drafted, knowledge())
    assert isinstance(found, Finding) and "eGFR <15 mL/min/1.73m2 as reported" in found.summary
