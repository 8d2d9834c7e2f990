"""Charts at the end of a stay, and what the check says of them."""

from __future__ import annotations

from typing import Any

from cds_service.chart import ABSENT, Chart, Supplied, build_chart
from cds_service.checks.discharge_medications import discharge_medications
from cds_service.findings import Finding, Medicine, NotAssessed
from cds_service.hooks import HOOKS
from tests.cds_service.checks.discharge.shapes import ADMITTED, Case, Entry
from tests.charts import NOW, SERVER, data, knowledge, person

CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
LISTS = (
    *("medications", "statements", "order_history", "statement_history"),
    *("problems", "allergies", "labs", "encounter"),
)


def order(one: Entry) -> dict[str, Any]:
    concept = {"coding": [{"system": CATEGORY, "code": one.category}]}
    return {
        "resourceType": "MedicationRequest",
        "id": one.id,
        "status": one.status,
        "intent": "order",
        "authoredOn": one.on,
        "medicationCodeableConcept": {"text": one.drug},
        **({"dosageInstruction": [{"text": one.sig}]} if one.sig else {}),
        **({"category": [concept]} if one.category else {}),
        **one.more,
    }


def statement(one: Entry) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": one.id,
        "status": one.status,
        "dateAsserted": one.on,
        "medicationCodeableConcept": {"text": one.drug},
        **({"dosage": [{"text": one.sig}]} if one.sig else {}),
        **one.more,
    }


def stay(since: str = ADMITTED) -> dict[str, Any]:
    period = {"period": {"start": since}} if since else {}
    return {"resourceType": "Encounter", "id": "e1", "status": "in-progress", **period}


def chart_of(**supplied: Supplied) -> Chart:
    """Every list is known to be empty where nothing is handed in."""
    given = {key: data() for key in LISTS} | {"patient": data(person()), "encounter": data(stay())} | supplied
    context = {"userId": "Practitioner/u1", "patientId": "p1", "encounterId": "e1"}
    vocabulary = knowledge().vocabulary
    return build_chart(HOOKS["encounter-discharge"].parse(context), given, vocabulary, NOW, SERVER)


def chart_of_case(case: Case) -> Chart:
    orders, statements = [order(one) for one in case.orders], [statement(one) for one in case.statements]
    lists = {
        "order_history": data(*orders),
        "medications": data(*(one for one in orders if one["status"] == "active")),
        "statement_history": data(*statements),
        "statements": data(*(one for one in statements if one["status"] == "active")),
        "encounter": data(stay(case.since)),
        **dict.fromkeys(case.missing, ABSENT),
    }
    return chart_of(**lists)


def said(chart: Chart) -> tuple[tuple[Medicine, ...], list[NotAssessed]]:
    every = list(discharge_medications(chart, knowledge()))
    findings = [one for one in every if isinstance(one, Finding)]
    assert len(findings) <= 1
    lines = findings[0].medicines if findings else ()
    return lines, [one for one in every if isinstance(one, NotAssessed)]


def by_id(lines: tuple[Medicine, ...]) -> dict[str, Medicine]:
    """By the id of the order or statement that a line is said of."""
    return {one.facts[0].origin.reference.partition("/")[2]: one for one in lines}
