"""Duplicates: our own bench cases must all be right, and orders that FHIR ties together are one therapy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cds_service.chart import Chart
from cds_service.checks.duplicate_therapy import duplicate_therapy
from cds_service.findings import Finding
from tests.bench.duplicates import cases
from tests.charts import chart, data, knowledge, request, statement

CASES = [case for case in cases() if case["expect"] != "any"]
LISINOPRIL = "lisinopril 10 mg daily"


def fired(order: dict[str, Any], *listed: dict[str, Any], statements: tuple[dict[str, Any], ...] = ()) -> bool:
    return shows(chart(order, medications=data(*listed), statements=data(*statements)))


def shows(whole: Chart) -> bool:
    said = duplicate_therapy(whole, knowledge())
    return any(isinstance(one, Finding) and one.display != "off" for one in said)


def current(text: str, **members: Any) -> dict[str, Any]:
    return request(text, id="m1", **{"status": "active", **members})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['active']}-{case['order']}")
def test_the_case_is_told_right(case: Mapping[str, str]) -> None:
    assert fired(request(case["order"]), current(case["active"])) is (case["expect"] == "fires")


@pytest.mark.parametrize(
    ("order", "partner"),
    [
        ({"priorPrescription": {"reference": "MedicationRequest/m1"}}, {}),
        ({"basedOn": [{"reference": "MedicationRequest/m1"}]}, {}),
        ({"groupIdentifier": {"value": "g1"}}, {"groupIdentifier": {"value": "g1"}}),
        ({}, {"intent": "plan"}),
        ({}, {"intent": "proposal"}),
        ({}, {"doNotPerform": True}),
        ({}, {"status": "stopped"}),
        ({}, {"status": "completed"}),
        ({}, {"status": "on-hold"}),
        ({}, {"status": "entered-in-error"}),
    ],
)
def test_orders_that_are_one_therapy_or_none_are_no_duplicate(order: dict[str, Any], partner: dict[str, Any]) -> None:
    assert fired(request(LISINOPRIL), current(LISINOPRIL)), "the same without the tie is one"
    assert not fired(request(LISINOPRIL, **order), current(LISINOPRIL, **partner))


def test_the_statement_of_what_is_renewed_is_no_second_therapy() -> None:
    renewal = request(LISINOPRIL, priorPrescription={"reference": "MedicationRequest/m1"})
    assert not fired(renewal, current(LISINOPRIL), statements=(statement(LISINOPRIL),))
    assert fired(request(LISINOPRIL), statements=(statement(LISINOPRIL),))


def test_two_drafts_of_one_drug_are_a_duplicate_and_a_plan_beside_is_not() -> None:
    def drafts(**members: Any) -> bool:
        other = request("ibuprofen 600 mg bid", id="o2", **members)
        return shows(chart(request("advil 400 mg tid"), other, medications=data()))

    assert drafts()
    assert not drafts(doNotPerform=True)
