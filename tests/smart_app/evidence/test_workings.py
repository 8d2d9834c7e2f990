"""The calculation on the evidence page: every number that a rule computed, worked out again from what it recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.cards.evidence import fact_record
from cds_service.chart import Chart
from cds_service.checks import CHECKS
from cds_service.findings import Finding
from smart_app.record.facts import FactLine, fact_lines
from smart_app.record.workings import calculations
from tests.cds_service.checks.safety_cases import case
from tests.charts import chart, creatinine, data, knowledge, observation, person, request, weight

CHILD = data(person(born="2021-11-23"))


def facts_of(check: str, made: Chart) -> tuple[FactLine, ...]:
    """The facts of the check's only finding, as the page of its card reads them."""
    (found,) = [one for one in CHECKS[check].run(made, knowledge()) if isinstance(one, Finding)]
    return fact_lines([fact_record(fact) for fact in found.facts])


def taking(*orders: str) -> object:
    return data(*(request(text, id=f"m{number}", status="active") for number, text in enumerate(orders)))


def liver_chart(bilirubin: float, unit: str) -> Chart:
    labs = (
        observation("1975-2", bilirubin, unit),
        observation("1751-7", 30, "g/L"),
        observation("6301-6", 1.8, "{INR}"),
    )
    listed = [
        {"resourceType": "Condition", "id": f"c{number}", "code": {"text": text}}
        for number, text in enumerate(("cirrhosis of the liver", "ascites"))
    ]
    return chart(request("rivaroxaban 20 mg daily"), labs=data(*labs), problems=data(*listed), patient=data(person()))


WORKED = {
    "clearance": (
        "renal-dosing",
        chart(
            request("gabapentin 600 mg tid"),
            labs=data(creatinine(1.9)),
            vitals=data(weight(81)),
            patient=data(person("1954-02-01", "male")),
        ),
        "(140 − 72) × 81 kg ÷ (72 × 1.9 mg/dL) = 40.3",
    ),
    "clearance in units as charts spell them": (
        "renal-dosing",
        chart(
            request("gabapentin 600 mg tid"),
            labs=data(creatinine(1.9, unit="mg/dl")),
            vitals=data(observation("29463-7", 81, "Kg")),
            patient=data(person("1954-02-01", "male")),
        ),
        "(140 − 72) × 81 kg ÷ (72 × 1.9 mg/dL) = 40.3",
    ),
    "eGFR of a woman": (
        "renal-dosing",
        chart(request("metformin 1000 mg bid"), labs=data(creatinine(2.1)), patient=data(person("1960-01-01"))),
        "142 × min(2.1/0.7, 1)^-0.241 × max(2.1/0.7, 1)^−1.200 × 0.9938^66 × 1.012 = 25.5",
    ),
    "eGFR": (
        "renal-dosing",
        chart(request("metformin 1000 mg bid"), labs=data(creatinine(2.5)), patient=data(person("1960-01-01", "male"))),
        "142 × min(2.5/0.9, 1)^-0.302 × max(2.5/0.9, 1)^−1.200 × 0.9938^66 = 27.6",
    ),
    "calcium": (
        "lab-gated",
        case("denosumab 60 mg sc", labs={"calcium": 8.0, "albumin": 4.2}),
        "8 mg/dL + 0.8 × (4.0 − 4.2 g/dL) = 7.8 mg/dL",
    ),
    "calcium in other units": (
        "lab-gated",
        chart(
            request("denosumab 60 mg sc"),
            labs=data(observation("17861-6", 2.0, "mmol/L"), observation("1751-7", 42, "g/L")),
        ),
        "2 mmol/L = 8.02 mg/dL + 0.8 × (4.0 − 42 g/L = 4.2 g/dL) = 7.9 mg/dL",
    ),
    "one opioid": ("opioid-load", chart(request("oxycodone 20 mg q6h")), "80 mg a day × 1.5 = 120 MME a day"),
    "opioids": (
        "opioid-load",
        chart(request("morphine 15 mg q8h"), medications=taking("oxycodone 10 mg q8h")),
        "45 mg a day × 1 + 30 mg a day × 1.5 = 90 MME a day",
    ),
    "opioids, one without a factor": (
        "opioid-load",
        chart(request("fentanyl patch 50 mcg/hr every 72 hours"), medications=taking("buprenorphine 8 mg daily")),
        "50 mcg an hour × 2.4 = 120 MME a day (1 without a known dose or factor not counted)",
    ),
    "weight": (
        "dose-by-weight",
        chart(request("amoxicillin 1100 mg bid"), patient=CHILD, vitals=data(weight(20))),
        "2200 mg ÷ 20 kg = 110 mg/kg a day; the most is 100 mg/kg a day",
    ),
    "liver": (
        "hepatic-dosing",
        liver_chart(2.5, "mg/dL"),
        "2 (2.5 mg/dL) + 2 (30 g/L = 3 g/dL) + 2 (INR 1.8) + 3 (as listed) = 9, class B",
    ),
    "liver in other units": (
        "hepatic-dosing",
        liver_chart(60, "umol/L"),
        "3 (60 umol/L = 3.51 mg/dL) + 2 (30 g/L = 3 g/dL) + 2 (INR 1.8) + 3 (as listed) = 10, class C",
    ),
}


@pytest.mark.parametrize("name", WORKED)
def test_what_a_rule_computed_is_shown_with_its_numbers(name: str) -> None:
    check, made, numbers = WORKED[name]
    facts = facts_of(check, made)
    (shown,) = calculations(facts)
    assert shown.numbers == numbers
    assert shown.formula and shown.source and shown.facts
    assert shown.result.split()[0].rstrip(",") in facts[shown.fact - 1].value + facts[shown.fact - 1].note


@pytest.mark.parametrize("name", WORKED)
def test_a_number_that_does_not_come_out_as_the_card_said_is_not_explained(name: str) -> None:
    check, made, _ = WORKED[name]
    facts = facts_of(check, made)
    (shown,) = calculations(facts)
    wrong = [altered(fact) if fact.number == shown.fact else fact for fact in facts]
    assert calculations(wrong) == ()


def altered(fact: FactLine) -> FactLine:
    """The computed fact as if the card had said another number."""
    value, rest = fact.value.partition(" ")[::2]
    if "corrected for albumin" in fact.note:
        return replace(fact, note="corrected for albumin 9.9 mg/dL (Payne 1973)")
    number = value.rstrip(",")
    return replace(fact, value=f"{float(number) * 3:g}{value[len(number) :]} {rest}")
