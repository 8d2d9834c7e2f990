"""Every laboratory gate beyond its limit and on it, in other units, stale, missing; alleles; creatinine that rises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cds_service.knowledge.kinds.lab_gates import POSITIVE, RISE, LabGateRow
from cds_service.terminology.observables import OBSERVABLES
from tests.cds_service.checks.safety_cases import TODAY, case, days_ago, not_assessed, said
from tests.charts import Resource, chart, concept, creatinine, data, knowledge, observation, request

CHECK = "lab-gated"
ROWS = knowledge().all(LabGateRow)
COMPARED = [row for row in ROWS if row.operator not in (RISE, POSITIVE)]


def a_drug(row: LabGateRow) -> str:
    """An order for a drug that the row speaks of, by a route that it means."""
    names = knowledge().names
    keys = set(row.drugs)
    rxcui = next(one for one in names.drugs if keys & set(names.keys_of(one)) and one not in row.spared)
    route = f" {next(iter(sorted(row.routes)))}" if row.routes else ""
    words = {" injection": " iv", " transdermal": " patch", " oral": " po"}.get(route, route)
    return f"{names.drugs[rxcui].name}{words}"


def result(row: LabGateRow, value: float, days: int = 0) -> Resource:
    known = OBSERVABLES[row.observable]
    return observation(known.loinc[0], value, known.unit, on=days_ago(days))


def gates(row: LabGateRow, *results: Resource) -> list[str]:
    """The rows of the same kind of result that speak."""
    given = chart(request(a_drug(row)), labs=data(*results), problems=data(), medications=data(), vitals=data())
    rows = knowledge().keyed(LabGateRow)
    return [one.rule for one in said(CHECK, given) if rows[one.rule].observable == row.observable]


def step(row: LabGateRow) -> float:
    """The least that a laboratory tells apart."""
    return row.value / 10 if row.value < 1 else 0.1 if row.value < 20 else 1.0


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: row.id)
def test_a_gate_speaks_beyond_its_limit_and_not_on_the_other_side(row: LabGateRow) -> None:
    further = step(row) if row.operator.startswith(">") else -step(row)
    assert gates(row, result(row, row.value + further)), "silent beyond the limit"
    assert row.id not in gates(row, result(row, row.value - further))
    assert (row.id in gates(row, result(row, row.value))) is (row.operator in (">=", "<="))


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: row.id)
def test_a_result_that_is_too_old_is_never_used(row: LabGateRow) -> None:
    beyond = row.value + step(row) if row.operator.startswith(">") else row.value - step(row)
    assert row.id not in gates(row, result(row, beyond, days=row.max_age_days + 1))


@pytest.mark.parametrize("row", [row for row in COMPARED if row.missing], ids=lambda row: row.id)
def test_a_drug_that_must_not_be_met_blind_says_so_and_others_do_not(row: LabGateRow) -> None:
    label = OBSERVABLES[row.observable].label
    given = chart(request(a_drug(row)), labs=data(), problems=data(), vitals=data())
    assert any(label in reason for reason in not_assessed(CHECK, given))
    assert not_assessed(CHECK, chart(request("acetaminophen 500 mg"), labs=data(), problems=data())) == []


@pytest.mark.parametrize(
    ("order", "code", "value", "unit", "expected"),
    [
        ("denosumab 60 mg sc", "17861-6", 1.9, "mmol/L", "lab-denosumab-calcium"),  # 7.6 mg/dL
        ("denosumab 60 mg sc", "17861-6", 2.3, "mmol/L", None),  # 9.2 mg/dL
        ("digoxin 0.125 mg", "19123-9", 0.5, "mmol/L", "lab-digoxin-magnesium"),  # 1.2 mg/dL
        ("digoxin 0.125 mg", "19123-9", 0.8, "mmol/L", None),
        ("digoxin 0.125 mg", "10535-3", 3.2, "nmol/L", "lab-digoxin-level"),  # 2.5 ng/mL
        ("isotretinoin 40 mg", "14927-8", 7.0, "mmol/L", "lab-retinoid-triglycerides"),  # 620 mg/dL
        ("isotretinoin 40 mg", "14927-8", 2.0, "mmol/L", None),
        ("clozapine 100 mg", "751-8", 800, "/uL", "lab-clozapine-anc-1"),
        ("clozapine 100 mg", "751-8", 2.4, "10*3/uL", None),
        ("enoxaparin 80 mg sc bid", "777-3", 60, "10*3/uL", "lab-heparin-platelets"),
        ("spironolactone 25 mg", "2823-3", 5.4, "meq/L", "lab-potassium-sparing-potassium"),
        ("spironolactone 25 mg", "2823-3", 5.8, "mmol/L", "lab-potassium-sparing-potassium-55"),
        ("spironolactone 25 mg", "2823-3", 5.8, "mg/dL", None),  # 1.5 mmol/L, and no unit error that fires
        ("insulin lispro 5 units sc", "2345-7", 3.1, "mmol/L", "lab-hypoglycemia"),  # 56 mg/dL
        ("vincristine 2 mg iv weekly", "1975-2", 65, "umol/L", "lab-vincristine-bilirubin"),  # 3.8 mg/dL
        ("vincristine 2 mg iv weekly", "1975-2", 30, "umol/L", None),
        ("argatroban 2 mcg/kg/min iv", "1742-6", 150, "U/L", "lab-argatroban-alt"),
        ("argatroban 2 mcg/kg/min iv", "1742-6", 60, "U/L", None),
        ("sodium chloride 0.9% 1000 mL iv", "2951-2", 156, "mmol/L", "lab-sodium-chloride-sodium"),
        ("sodium chloride 0.9% 1000 mL iv", "2951-2", 146, "mmol/L", None),
    ],
)
def test_units_travel_with_their_values(order: str, code: str, value: float, unit: str, expected: str | None) -> None:
    given = chart(request(order), labs=data(observation(code, value, unit, on=days_ago(0))), problems=data())
    assert [found.rule for found in said(CHECK, given)] == ([expected] if expected else [])


def test_low_calcium_counts_after_correction_for_albumin() -> None:
    assert said(CHECK, case("denosumab 60 mg sc", labs={"calcium": 8.0, "albumin": 2.8})) == []
    (found,) = said(CHECK, case("denosumab 60 mg sc", labs={"calcium": 8.0, "albumin": 4.2}))
    assert "corrected for albumin 7.8 mg/dL (Payne 1973)" in [fact.note for fact in found.facts]


def test_an_acute_rise_of_creatinine_is_a_gate_of_its_own() -> None:
    rising = data(creatinine(1.0, on=days_ago(2)), creatinine(1.6, on=days_ago(0)))
    (found,) = said(CHECK, chart(request("ibuprofen 600 mg po tid"), labs=rising, problems=data()))
    assert found.rule == "lab-nephrotoxic-rise"
    steady = data(creatinine(1.5, on=days_ago(2)), creatinine(1.6, on=days_ago(0)))
    assert said(CHECK, chart(request("ibuprofen 600 mg po tid"), labs=steady, problems=data())) == []
    assert said(CHECK, chart(request("aspirin 81 mg po daily"), labs=rising, problems=data())) == []


def allele(code: str, answer: str) -> Resource:
    return {
        "resourceType": "Observation",
        "id": "hla",
        "status": "final",
        "code": concept(None, ("http://loinc.org", code)),
        "valueCodeableConcept": {"text": answer},
        "effectiveDateTime": (TODAY - timedelta(days=4000)).isoformat(),
    }


@pytest.mark.parametrize(
    ("order", "code", "answer", "rules"),
    [
        ("abacavir 600 mg daily", "50956-2", "Positive", ["lab-abacavir-hla"]),
        ("abacavir 600 mg daily", "50956-2", "Negative", []),
        ("carbamazepine 200 mg bid", "57979-7", "Detected", ["lab-carbamazepine-hla-b1502"]),
        ("carbamazepine 200 mg bid", "50956-2", "Positive", []),
    ],
)
def test_an_allele_that_was_found_once_counts_for_life(order: str, code: str, answer: str, rules: list[str]) -> None:
    given: Any = chart(request(order), labs=data(allele(code, answer)), problems=data())
    assert [found.rule for found in said(CHECK, given)] == rules


def test_abacavir_is_not_given_blind() -> None:
    assert any("HLA-B*57:01" in reason for reason in not_assessed(CHECK, case("abacavir 600 mg daily")))


def test_the_card_offers_the_recheck() -> None:
    (found,) = said(CHECK, case("warfarin 5 mg daily", labs={"inr": 6.1}))
    assert "INR 6.1" in found.summary
    assert [proposal.label for proposal in found.proposals if proposal.intent == "monitor"] == ["Order INR in 1 day"]
