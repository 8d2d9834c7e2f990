"""Claims: what a card says about medicine rests on its source or its facts, or is refused."""

from __future__ import annotations

import pytest

from cds_service.claims import Claim, claims_of, supported
from cds_service.engine import assess
from cds_service.facts import Fact, OrderRef, Origin
from cds_service.findings import Finding
from cds_service.knowledge.passages import passages_of
from tests.charts import chart, creatinine, data, egfr, knowledge, person, request

KNOWLEDGE = knowledge()
PASSAGES = {passage.id: passage for passage in passages_of(KNOWLEDGE)}
ROW = "renal-metformin-egfr-0-30"
METFORMIN = "6809"


def finding(*facts: tuple[str, str]) -> Finding:
    shown = tuple(Fact(label, value, Origin("coded", "Observation/1")) for label, value in facts)
    order = OrderRef("MedicationRequest/1", "metformin")
    return Finding("renal-dosing", ROW, "contraindicated", "critical", order, (METFORMIN,), "x", (ROW,), facts=shown)


def stands(text: str, *facts: tuple[str, str]) -> bool:
    claim = Claim("concern", text, (ROW,), tuple(range(len(facts))))
    return supported(claim, finding(*facts), PASSAGES, KNOWLEDGE)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Metformin is contraindicated below 30.", ()),
        ("Metformin with eGFR 24 mL/min/1.73 m2.", (("eGFR", "24 mL/min"),)),
        ("Metformin 1,000 mg.", (("Dose", "1000 mg"),)),
        ("Warfarin is beside it.", (("Current medication", "Coumadin 5 mg"),)),
    ],
)
def test_a_claim_that_its_passages_or_facts_hold_stands(text: str, facts: tuple[tuple[str, str], ...]) -> None:
    assert stands(text, *facts)


@pytest.mark.parametrize("text", ["Halve it below 45.", "Give 1,000 mg.", "Warfarin is better.", "eGFR 24.4."])
def test_a_claim_with_a_number_or_a_drug_of_its_own_is_refused(text: str) -> None:
    assert not stands(text, ("eGFR", "24 mL/min"))


def test_a_claim_without_a_passage_or_with_one_that_is_not_there_is_refused() -> None:
    assert not supported(Claim("evidence", "So.", ()), finding(), PASSAGES, KNOWLEDGE)
    assert not supported(Claim("evidence", "So.", ("gone",)), finding(), PASSAGES, KNOWLEDGE)
    assert not supported(Claim("advice", "So.", ("gone",)), finding(), PASSAGES, KNOWLEDGE)


def test_advice_is_the_rule_s_own_and_says_so() -> None:
    advice = Claim("advice", "Halve it below 45.", (ROW,))
    assert advice.of_the_rule and supported(advice, finding(), PASSAGES, KNOWLEDGE)


@pytest.mark.parametrize(
    "labs",
    [
        (egfr(24),),
        (egfr(24.4),),
        (egfr(24.38712),),
        (egfr(24, unit="mL/min"),),
        (creatinine(2.6),),
        (creatinine(229.7, unit="umol/L"),),
    ],
)
def test_nothing_is_refused_of_what_the_kidney_check_says(labs: tuple[dict[str, object], ...]) -> None:
    found = chart(request("metformin 1000 mg bid"), patient=data(person()), labs=data(*labs))
    (concern,) = assess("medication-safety", "order-sign", found, KNOWLEDGE).concerns
    claims = claims_of(concern.finding, PASSAGES, KNOWLEDGE)
    assert claims.refused == ()
    assert [claim.kind for claim in claims.stand] == ["concern", "advice", "evidence"]
