"""What a strength is counted in: the parts of a combination, elemental iron, phenytoin equivalents, micrograms."""

from __future__ import annotations

import re

import pytest

from cds_service.checks.combined_dose import combined_dose
from cds_service.checks.dose_by_weight import dose_by_weight
from cds_service.checks.dose_limit import dose_limit
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge.kinds.combined_limits import CombinedLimit
from tests.charts import chart, concept, data, knowledge, person, request

ROWS = knowledge().all(CombinedLimit)


def said(check, text: str, **members: object) -> list[str]:
    found = check(chart(request(text, **members)), knowledge())
    return [f"{one.rule} {one.display}" if isinstance(one, Finding) else one.reason for one in found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_limit_is_silent_at_the_usual_number_of_tablets_and_loud_at_ten_times_that(row: CombinedLimit) -> None:
    assert said(combined_dose, row.usual) == []
    tenfold = re.sub(r"\b1 tablet", "10 tablets", row.usual)
    assert tenfold != row.usual
    assert f"{row.id} {row.display}" in said(combined_dose, tenfold)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("augmentin 875 mg bid", []),
        ("amoxicillin-clavulanate 875-125 mg q8h", []),
        ("amoxicillin-clavulanate 500-125 mg 2 tablets bid", ["combined-clavulanate info"]),
        ("amoxicillin-clavulanate 250-125 mg 2 tablets tid", ["combined-clavulanate info"]),
        ("augmentin 500-125 mg 1-2 tabs tid", ["combined-clavulanate info"]),
        ("augmentin xr 1000-62.5 mg 2 tabs bid", []),
        ("augmentin es-600 600-42.9 mg/5 mL 7.5 mL bid", []),
        ("augmentin es-600 75 mL bid", ["combined-amoxicillin warning", "combined-clavulanate info"]),
        ("bactrim ds bid", []),
        ("bactrim 160 mg bid", []),  # by its trimethoprim
        ("sulfamethoxazole 800 MG / trimethoprim 160 MG Oral Tablet 2 tabs q6h", []),
        ("bactrim ds 3 tabs bid", ["combined-trimethoprim warning"]),
        ("sulfamethoxazole-trimethoprim 200-40 mg/5 mL 200 mL bid", ["combined-trimethoprim warning"]),
    ],
)
def test_the_parts_of_a_combination_are_told_apart(text: str, rules: list[str]) -> None:
    assert sorted(said(combined_dose, text)) == rules


@pytest.mark.parametrize("text", ["augmentin 1 tab bid", "septra 20 mL bid", "augmentin 875-57 mg bid"])
def test_a_strength_that_is_not_told_is_said(text: str) -> None:
    (reason,) = said(combined_dose, text)
    assert "is not clear" in reason


def test_a_structured_number_of_tablets_counts() -> None:
    two = [{"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}], "timing": {"code": concept("bid")}}]
    text = "amoxicillin 500 MG / clavulanate 125 MG Oral Tablet"
    assert said(combined_dose, text, dosageInstruction=two) == ["combined-clavulanate info"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("ferrous sulfate 325 mg tid", []),
        ("ferrous sulfate 325 mg (65 mg elemental iron) tid", []),
        ("ferrous sulfate 325 mg (65 mg iron) 1 tab tid", []),
        ("ferrous sulfate 65 mg elemental iron tid", []),
        ("ferrous sulfate 325 mg elemental iron tid", ["max-iron-in-salts info"]),
        ("ferrous sulfate 325 mg of elemental iron tid", ["max-iron-in-salts info"]),
        ("ferrous gluconate 324 mg tid", []),
        ("elemental iron 325 mg tid", ["max-elemental-iron info"]),
        ("fosphenytoin 1500 mg PE iv once", []),
        ("fosphenytoin 15000 mg PE iv once", ["max-fosphenytoin-injection critical"]),
        ("fosphenytoin 15000 mg iv once", ["max-fosphenytoin-injection critical"]),
        ("phenytoin 1000 mg iv once", []),
        ("phenytoin 10000 mg iv once", ["max-phenytoin-injection critical"]),
        ("levothyroxine 0.1 mg daily", []),
        ("levothyroxine 100 mcg daily", []),
        ("levothyroxine 1 mg daily", ["max-levothyroxine warning"]),
        ("levothyroxine 100 mg daily", ["max-levothyroxine critical"]),
    ],
)
def test_an_amount_is_compared_in_what_it_is_counted_in(text: str, rules: list[str]) -> None:
    assert said(dose_limit, text) == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("fosphenytoin 20 mg PE/kg iv once", []),
        ("fosphenytoin 200 mg PE/kg iv once", ["kg-fosphenytoin-injection warning"]),
        ("phenytoin 15 mg/kg iv once", []),
        ("phenytoin 150 mg/kg iv once", ["kg-phenytoin-injection warning"]),
    ],
)
def test_equivalents_per_kilogram_are_compared_per_kilogram(text: str, rules: list[str]) -> None:
    found = dose_by_weight(chart(request(text), patient=data(person())), knowledge())
    said_of = [(one.rule, one.display) for one in found if isinstance(one, Finding)]
    assert [f"{rule} {'warning' if display == 'critical' else display}" for rule, display in said_of] == rules


def test_a_drug_that_is_always_counted_in_equivalents_is_asked_for_them() -> None:
    found = list(dose_limit(chart(request("fosphenytoin 1000 mg iv once")), knowledge()))
    (asked,) = (one for one in found if isinstance(one, NotAssessed))
    assert "phenytoin sodium equivalents (PE)" in asked.reason and asked.prominent == "info"


def test_the_element_in_a_salt_is_no_second_drug_but_a_drug_with_its_own_amount_is() -> None:
    (order,) = chart(request("ferrous sulfate 325 mg (65 mg elemental iron) tid")).orders
    assert order.notes == ()
    calcium, iron = chart(request("calcium carbonate 500 mg and elemental iron 65 mg daily")).orders
    assert [drug.name for order in (calcium, iron) for drug in order.drugs] == ["calcium carbonate", "elemental iron"]
