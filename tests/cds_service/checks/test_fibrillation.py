"""Anticoagulants in atrial fibrillation: the dose that the label gives is offered, and the card's sentence stands."""

from __future__ import annotations

import pytest

from cds_service.claims import claims_of
from cds_service.findings import Finding
from cds_service.knowledge.passages import passages_of
from tests.cds_service.checks.safety_cases import TODAY, said
from tests.charts import chart, data, knowledge, observation, person, request

PASSAGES = {passage.id: passage for passage in passages_of(knowledge())}
FIBRILLATION = {"resourceType": "Condition", "id": "c1", "code": {"text": "Atrial fibrillation"}}


def findings(order: str, *, age: int = 76, creatinine: float = 2.0, kilograms: float = 75) -> list[Finding]:
    given = chart(
        request(order),
        problems=data(FIBRILLATION),
        labs=data(observation("2160-0", creatinine, "mg/dL")),
        vitals=data(observation("29463-7", kilograms, "kg")),
        patient=data(person(f"{TODAY.year - age}-01-01")),
    )
    return said("fibrillation-anticoagulant", given)


@pytest.mark.parametrize(
    ("order", "age", "instead"),
    [
        ("rivaroxaban 20 mg daily with supper", 76, "rivaroxaban 15 mg daily with the evening meal"),
        ("eliquis 5 mg bid", 86, "apixaban 2.5 mg twice daily"),
    ],
)
def test_the_dose_that_the_label_gives_is_offered_with_its_reason(order: str, age: int, instead: str) -> None:
    (finding,) = findings(order, age=age)
    change = finding.proposals[0]
    assert (change.intent, change.recommended) == ("adjust", True)
    assert change.label == f"Change the order to {instead} for atrial fibrillation"


def test_what_is_offered_draws_no_concern_itself() -> None:
    assert findings("rivaroxaban 15 mg daily with the evening meal for atrial fibrillation") == []
    assert findings("apixaban 2.5 mg twice daily for atrial fibrillation", age=86) == []


@pytest.mark.parametrize(
    ("order", "age", "creatinine"),
    [
        ("rivaroxaban 20 mg daily with supper", 76, 2.0),
        ("eliquis 5 mg bid", 86, 2.0),
        ("eliquis 2.5 mg bid", 50, 0.8),
        ("edoxaban 60 mg daily", 50, 0.6),
    ],
)
def test_the_sentence_of_the_card_is_refused_in_no_part(order: str, age: int, creatinine: float) -> None:
    (finding,) = findings(order, age=age, creatinine=creatinine)
    assert claims_of(finding, PASSAGES, knowledge()).refused == ()
