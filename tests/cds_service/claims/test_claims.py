"""Claims: what a card says about medicine rests on its source or its facts, or is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.claims import Claim, claims_of, refusals
from cds_service.engine import assess
from cds_service.facts import Fact, OrderRef, Origin
from cds_service.findings import Finding
from cds_service.knowledge.passages import passages_of
from tests.altered_claims import rates
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
    return not refusals(claim, finding(*facts), PASSAGES, KNOWLEDGE)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Metformin is contraindicated below 30.", ()),
        ("Metformin with eGFR 24 mL/min/1.73 m2.", (("eGFR", "24 mL/min"),)),
        ("Metformin with neutrophils 0.8 × 10^9/L.", (("Neutrophils", "0.8 10*3/uL"),)),
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
    for claim in (Claim("evidence", "So.", ()), Claim("evidence", "So.", ("gone",)), Claim("advice", "So.", ("gone",))):
        assert refusals(claim, finding(), PASSAGES, KNOWLEDGE) == ("no such passage",)


def test_what_a_source_says_is_a_quoted_span_of_its_passage() -> None:
    words = PASSAGES[ROW].text
    (quoted,) = (claim for claim in claims_of(finding(), PASSAGES, KNOWLEDGE).stand if claim.kind == "evidence")
    assert quoted.span == (0, len(words)) and quoted.text.rstrip(".") == words.rstrip(".")
    altered = replace(quoted, text=quoted.text.replace("30", "45"))
    assert refusals(altered, finding(), PASSAGES, KNOWLEDGE) == ("no quotation",)


def test_advice_is_the_rule_s_own_words_and_no_others() -> None:
    advised = replace(finding(), advice="halve it below 45")
    advice = Claim("advice", "Halve it below 45.", (ROW,))
    assert advice.of_the_rule and not refusals(advice, advised, PASSAGES, KNOWLEDGE)
    assert refusals(replace(advice, text="Halve it below 30."), advised, PASSAGES, KNOWLEDGE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Metformin is recommended below 30.", "direction"),
        ("Metformin is not contraindicated below 30.", "negation"),
        ("Metformin is contraindicated above 30.", "direction"),
        ("Metformin is contraindicated below 30 mg.", "unit"),
        ("Glipizide is contraindicated below 30.", "drug"),
    ],
)
def test_what_is_refused_is_listed_with_the_reason(text: str, why: str) -> None:
    refused = claims_of(replace(finding(), summary=text), PASSAGES, KNOWLEDGE).refused
    assert [(claim.kind, claim.refused) for claim in refused] == [("concern", (why,))]


def test_over_all_rows_what_is_altered_is_refused_and_what_is_not_stands() -> None:
    """`python -m tests.altered_claims` prints the same figures for every row; here every fifth passage is taken."""
    found = rates(KNOWLEDGE, every=5)
    assert found["all altered"][0] > 2000 and found["all altered"][1] >= 0.99, found
    assert found["unaltered"][0] > 1500 and found["unaltered"][1] <= 0.02, found
    assert all(share >= 0.97 for name, (_, share) in found.items() if name != "unaltered"), found


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
