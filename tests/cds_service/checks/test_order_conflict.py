"""Words and fields of one order: what both state clearly is compared, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.checks.order_conflict import order_conflict
from cds_service.findings import Finding
from tests.charts import RXNORM, chart, concept, knowledge, request


def rules(directions: str, **fields: Any) -> list[str]:
    return said(request("amlodipine 5 mg tablet", dosageInstruction=[{"text": directions, **fields}]))


def said(order: dict[str, Any]) -> list[str]:
    return [one.rule for one in order_conflict(chart(order), knowledge()) if isinstance(one, Finding)]


def times(frequency: float, period: float = 1, unit: str = "d") -> dict[str, Any]:
    return {"repeat": {"frequency": frequency, "period": period, "periodUnit": unit}}


def dose(value: float, unit: str = "mg") -> list[dict[str, Any]]:
    return [{"doseQuantity": {"value": value, "unit": unit, "code": unit}}]


@pytest.mark.parametrize(
    ("directions", "fields", "wanted"),
    [
        ("take 1 tablet twice daily", {"timing": times(1)}, ["order-conflict-frequency"]),
        ("take 1 tablet every 4-6 hours", {"timing": times(1, 6, "h")}, []),
        ("take 1 tablet every 8 hours", {"timing": times(3)}, []),
        ("take 1 tablet weekly", {"timing": times(1)}, ["order-conflict-frequency"]),
        ("take 5 mg daily", {"doseAndRate": dose(50)}, ["order-conflict-dose"]),
        ("take 5 mg daily", {"doseAndRate": dose(0.005, "g")}, []),
        ("take 1-2 tablets daily", {"doseAndRate": dose(1, "tablet")}, []),
        ("take 1 tablet daily", {"doseAndRate": dose(2, "tablet")}, ["order-conflict-dose"]),
        ("take 2 puffs daily", {"doseAndRate": dose(2, "{puff}")}, []),
        ("take 1 tablet daily", {"doseAndRate": dose(5)}, []),  # what a tablet holds is not stated there
        ("take as directed", {"doseAndRate": dose(50)}, []),
        (
            "give 4 mg by mouth",
            {"route": concept(None, ("http://snomed.info/sct", "47625008"))},
            ["order-conflict-route"],
        ),
        ("give 4 mg by mouth", {"route": concept(None, ("http://snomed.info/sct", "26643006"))}, []),
    ],
)
def test_what_both_sides_state_is_compared(directions: str, fields: dict[str, Any], wanted: list[str]) -> None:
    assert rules(directions, **fields) == wanted


def test_a_code_for_another_drug_than_the_words_is_a_conflict() -> None:
    order = request(id="o1", medicationCodeableConcept=concept("metoprolol tartrate 25 mg", (RXNORM, "6809")))
    assert said(order) == ["order-conflict-drug"]


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 400), st.integers(1, 4), st.integers(1, 400))
def test_it_speaks_exactly_where_the_numbers_differ(
    often: int, amount: int, field_often: int, field_amount: int
) -> None:
    found = rules(
        f"take {amount} mg by mouth {often} times daily", timing=times(field_often), doseAndRate=dose(field_amount)
    )
    differing = abs(amount - field_amount) > 0.01 * amount
    assert ("order-conflict-frequency" in found) == (often != field_often)
    assert ("order-conflict-dose" in found) == differing
