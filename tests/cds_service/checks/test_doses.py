"""Doses: every maximum is loud at ten times the usual dose and silent at it; weights, opioids and combinations."""

from __future__ import annotations

import re

import pytest

from cds_service.chart.patient.combined import ACETAMINOPHEN, daily_milligrams
from cds_service.chart.patient.opioids import opioid_in
from cds_service.checks.acetaminophen_total import acetaminophen_total
from cds_service.checks.dose_by_weight import dose_by_weight
from cds_service.checks.dose_limit import dose_limit
from cds_service.checks.infusion_rate import infusion_rate
from cds_service.checks.opioid_load import CLASS, opioid_load
from cds_service.checks.weekly_methotrexate import weekly_methotrexate
from cds_service.claims.drafting import claims_of
from cds_service.findings import Finding
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.kinds.infusion_rates import InfusionRate
from cds_service.knowledge.passages import passages_of
from cds_service.terminology.routes import routes_in
from tests.charts import chart, data, knowledge, names, person, read, request, weight

ROWS = knowledge().all(DoseLimit)
PASSAGES = {passage.id: passage for passage in passages_of(knowledge())}
_DOSE = re.compile(r"(\d+(?:\.\d+)?) ([a-z]+(?:/[a-z0-9]+)*)")


def findings(check, made) -> list[Finding]:
    return [said for said in check(made, knowledge()) if isinstance(said, Finding)]


def tenfold(usual: str) -> str:
    return _DOSE.sub(lambda dose: f"{float(dose[1]) * 10:g} {dose[2]}", usual, count=1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_maximum_is_silent_at_the_usual_dose_and_loud_at_ten_times_that(row: DoseLimit) -> None:
    way = "" if routes_in(row.usual) else " by mouth" if "oral" in row.routes else " subcutaneously"
    assert findings(dose_limit, chart(request(row.usual + way))) == []
    assert findings(dose_limit, chart(request(row.usual))) == []
    (loud,) = findings(dose_limit, chart(request(tenfold(row.usual) + way)))
    assert (loud.rule, loud.display in ("warning", "critical", "info")) == (row.id, True)
    assert claims_of(loud, PASSAGES, knowledge()).refused == ()


RATES = knowledge().all(InfusionRate)


@pytest.mark.parametrize("row", RATES, ids=lambda row: row.id)
def test_a_rate_is_silent_at_the_usual_one_and_loud_at_ten_times_that(row: InfusionRate) -> None:
    for check in (infusion_rate, dose_limit):
        assert list(check(chart(request(row.usual)), knowledge())) == []
    (loud,) = findings(infusion_rate, chart(request(tenfold(row.usual))))
    assert (loud.rule, loud.display in ("warning", "critical", "info")) == (row.id, True)
    assert claims_of(loud, PASSAGES, knowledge()).refused == ()


@pytest.mark.parametrize(
    ("order", "kilograms", "display"),
    [
        ("milrinone 52 mcg/min iv", 70, None),  # 0.74 mcg/kg/min
        ("milrinone 60 mcg/min iv", 70, "warning"),
        ("milrinone 600 mcg/min iv", 70, "critical"),
        ("dobutamine 1 to 45 mcg/kg/min iv, titrate by 2 mcg/kg/min", 70, "warning"),
        ("heparin 25,000 units in 250 mL at 1,200 units/hr iv", 70, None),
        ("heparin 12,000 units/hr iv", 70, "critical"),
        ("vasopressin 6 units per hour iv", 70, None),
        ("propofol 5 mg/kg/hr iv infusion", 70, None),
        ("oxytocin 0.03 units/min iv", 70, "warning"),
        ("sodium chloride 0.9% 1000 mL at 125 mL/hr iv", 70, None),
    ],
)
def test_a_rate_is_compared_by_weight_and_by_the_hour_as_the_row_asks(
    order: str, kilograms: float, display: str | None
) -> None:
    made = chart(request(order), vitals=data(weight(kilograms)))
    assert [said.display for said in findings(infusion_rate, made)] == ([display] if display else [])


def test_a_rate_that_needs_a_weight_is_not_assessed_without_one() -> None:
    (said,) = infusion_rate(chart(request("milrinone 26 mcg/min iv")), knowledge())
    assert not isinstance(said, Finding)
    assert said.reason == "no body weight on record: the rate of milrinone was not compared with its maximum"


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ("vincristine 14 mg/m2 iv weekly", "max-vincristine-m2"),
        ("vincristine 20 mg iv once", "max-vincristine-injection"),
        ("vincristine 1.4 mg/m2 iv weekly", None),
        ("insulin regular 100 units iv once", "max-insulin-human-injection"),
        ("insulin regular 10 units iv once", None),
        ("morphine 40 mg iv every 4 hours as needed", "max-morphine-injection"),
        ("morphine 40 mg po every 4 hours", None),
        ("potassium phosphate 150 mmol iv once", "max-potassium-phosphate-injection"),
    ],
)
def test_a_dose_is_compared_in_its_own_unit_and_by_its_own_route(order: str, rule: str | None) -> None:
    assert [said.rule for said in findings(dose_limit, chart(request(order)))] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ("rocuronium 0.6 mg/kg iv once", None),
        ("rocuronium 6 mg/kg iv once", "kg-rocuronium-injection"),
        ("enoxaparin 1 mg/kg subcut every 12 hours", None),
        ("enoxaparin 10 mg/kg subcut every 12 hours", "kg-enoxaparin-injection"),
    ],
)
def test_a_dose_that_is_ordered_per_kilogram_needs_no_weight(order: str, rule: str | None) -> None:
    said = list(dose_by_weight(chart(request(order), patient=data(person())), knowledge()))
    assert [one.rule for one in said] == ([rule] if rule else [])


def test_milligrams_for_micrograms_are_a_slip_and_critical() -> None:
    (said,) = findings(dose_limit, chart(request("levothyroxine 100 mg daily")))
    assert (said.display, said.proposals[0].recommended) == ("critical", True)


def test_the_dose_of_one_drug_among_several_is_not_judged() -> None:
    assert findings(dose_limit, chart(request("lisinopril/hydrochlorothiazide 500 mg 1 tab daily"))) == []


def test_a_range_counts_with_its_upper_end_and_a_stated_limit_holds() -> None:
    assert findings(dose_limit, chart(request("acetaminophen 650 mg q4h prn, max 4000 mg per day"))) == []
    assert findings(dose_limit, chart(request("ibuprofen 400-800 mg q4h")))


CHILD = data(person(born="2021-11-23"))  # five years


@pytest.mark.parametrize(
    ("order", "display"),
    [("amoxicillin 450 mg bid", None), ("amoxicillin 1100 mg bid", "warning"), ("amoxicillin 4500 mg bid", "critical")],
)
def test_a_childs_dose_is_judged_by_weight(order: str, display: str | None) -> None:
    made = chart(request(order), patient=CHILD, vitals=data(weight(20)))
    said = findings(dose_by_weight, made)
    assert [one.display for one in said] == ([display] if display else [])
    assert [claims_of(one, PASSAGES, knowledge()).refused for one in said] == [()] * len(said)


@pytest.mark.parametrize(
    ("supplied", "reason"),
    [
        ((), "no body weight on record"),
        ((weight(44),), "not plausible"),
        ((weight(20, on="2025-01-01"),), "older than"),
    ],
)
def test_without_a_usable_weight_it_says_that_it_could_not_look(supplied, reason: str) -> None:
    made = chart(request("amoxicillin 450 mg bid"), patient=CHILD, vitals=data(*supplied))
    (said,) = dose_by_weight(made, knowledge())
    assert not isinstance(said, Finding)
    assert reason in said.reason


@pytest.mark.parametrize(
    ("text", "ingredient", "daily"),
    [
        ("percocet 5/325 1 tab q6h prn", "oxycodone", 20),
        ("percocet 5/325 1 tab q6h prn", ACETAMINOPHEN, 1300),
        ("hydrocodone-acetaminophen 7.5-300 mg tablet take 2 tablets three times daily", "hydrocodone", 45),
        ("acetaminophen 650 mg q6h", ACETAMINOPHEN, 2600),
        ("lisinopril/hydrochlorothiazide 20/12.5 daily", "lisinopril", None),
        ("percocet 1 tab q6h", "oxycodone", None),
    ],
)
def test_each_drug_of_a_tablet_with_acetaminophen_has_its_dose(text: str, ingredient: str, daily: float | None) -> None:
    assert daily_milligrams(read(request(text)), ingredient) == daily


@pytest.mark.parametrize(
    ("text", "mme", "long_acting"),
    [
        ("oxycodone 10 mg q6h", 60, False),
        ("norco 10/325 1 tab q6h prn", 40, False),
        ("morphine er 30 mg q12h", 60, True),
        ("fentanyl patch 50 mcg/hr every 72 hours", 120, True),
        ("methadone 10 mg tid", 141, True),
        ("tramadol 50 mg q6h", 40, False),
        ("buprenorphine 8 mg daily", None, False),
    ],
)
def test_opioids_are_counted_with_the_factors_of_2022(text: str, mme: float | None, long_acting: bool) -> None:
    found = opioid_in(read(request(text)), lambda drug: CLASS in knowledge().names.keys_of(drug.rxcui))
    assert found is not None
    assert (found.mme, found.long_acting) == (mme if mme is None else pytest.approx(mme), long_acting)


def test_the_load_is_that_of_all_opioids_together() -> None:
    taken = data(request("oxycodone 10 mg q8h", id="m1", status="active"))
    (said,) = findings(opioid_load, chart(request("morphine 15 mg q8h"), medications=taken))
    assert (said.rule, "90 MME" in said.summary) == ("opioid-load-90", True)


def test_a_long_acting_opioid_is_no_concern_for_who_takes_one() -> None:
    taken = data(request("oxycodone 5 mg q8h", id="m1", status="active"))
    used = findings(opioid_load, chart(request("morphine er 15 mg q12h"), medications=taken))
    assert [said.rule for said in used] == ["opioid-load-50"]
    (said,) = findings(opioid_load, chart(request("morphine er 15 mg q12h"), medications=data()))
    assert said.rule == "opioid-naive-long-acting"


def test_methotrexate_may_be_daily_in_leukemia_alone() -> None:
    assert findings(weekly_methotrexate, chart(request("methotrexate 2.5 mg po daily for psoriasis")))
    assert findings(weekly_methotrexate, chart(request("methotrexate 20 mg po daily for leukemia"))) == []
    assert findings(weekly_methotrexate, chart(request("methotrexate 2.5 mg 6 tablets once weekly"))) == []


def test_acetaminophen_of_two_products_is_added_up() -> None:
    taken = data(request("norco 10/325 2 tabs q6h", id="m1", status="active"))
    made = chart(request("acetaminophen 650 mg q6h"), medications=taken)
    (said,) = findings(acetaminophen_total, made)
    assert "5.2 g a day" in said.summary
    assert names(made.orders[0]) == [ACETAMINOPHEN]


@pytest.mark.parametrize(
    ("repeat", "quantity", "why"),
    [
        ({"frequency": 2, "period": 0, "periodUnit": "d"}, {"value": 5000, "unit": "mg"}, "how often"),
        ({"frequency": 2, "period": 1, "periodUnit": "fortnight"}, {"value": 5000, "unit": "mg"}, "how often"),
        ({"frequency": 10**6, "period": 1, "periodUnit": "d"}, {"value": 500, "unit": "mg"}, "how often"),
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, {"value": 9, "unit": "tablet"}, "strength"),
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, {"value": 9, "unit": "g", "code": "mg"}, "not readable"),
    ],
)
def test_a_dose_that_could_not_be_compared_is_said(repeat: object, quantity: object, why: str) -> None:
    dosage = {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity}]}
    (said,) = dose_limit(chart(request("metformin", dosageInstruction=[dosage])), knowledge())
    assert not isinstance(said, Finding)
    assert why in said.reason and "metformin was not compared with its maximum" in said.reason
