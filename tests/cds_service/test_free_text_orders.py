"""Orders as they are typed: exact names count as coded, what a model read stays a question."""

from __future__ import annotations

import pytest

from tests.cds_client import Reply
from tests.hook_calls import active, allergy, bundle, chart, draft, egfr, order_sign
from tests.running_service import RunningService


def misspelt(service: RunningService) -> Reply:
    return service.ask(order_sign(draft("metforminn 500 bid"), prefetch=chart(labs=bundle(egfr(24)))))


def test_a_misspelt_drug_gives_a_warning_at_most(service: RunningService) -> None:
    card = misspelt(service).card("renal-dosing")
    assert card["indicator"] == "warning"
    assert card["extension"]["org.countersign.concern"]["harm"] == "contraindicated"


def test_its_card_says_that_the_drug_was_read_from_free_text(service: RunningService) -> None:
    detail = misspelt(service).card("renal-dosing")["detail"]
    assert "metforminn" in detail
    assert "read as metformin from free text" in detail


def test_nothing_that_rests_on_reading_is_recommended(service: RunningService) -> None:
    suggestions = misspelt(service).card("renal-dosing")["suggestions"]
    assert suggestions and not [one for one in suggestions if "isRecommended" in one]


def test_the_exact_name_has_the_full_weight(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("metformin 500 bid"), prefetch=chart(labs=bundle(egfr(24)))))
    assert reply.card("renal-dosing")["indicator"] == "critical"


def test_a_misspelt_drug_without_a_concern_is_asked_about(service: RunningService) -> None:
    card = service.ask(order_sign(draft("lisinoprill 10 mg daily"))).card("not-assessed")
    assert card["indicator"] == "info"
    (correction,) = card["suggestions"]
    assert correction["actions"][0]["resource"]["medicationCodeableConcept"]["text"] == "lisinopril 10 mg daily"
    assert "isRecommended" not in correction


def test_an_allergy_concern_that_rests_on_reading_is_at_most_a_warning(service: RunningService) -> None:
    card = service.ask(
        order_sign(draft("amoxicilin 500 tid"), prefetch=chart(allergies=bundle(allergy("amoxicillin"))))
    ).card("drug-allergy")
    assert card["indicator"] == "warning"
    assert not [one for one in card["suggestions"] if "isRecommended" in one]


def test_a_current_medication_that_was_read_is_a_warning_too_and_says_so(service: RunningService) -> None:
    sildenafil = active("sildenafill 50 mg as needed")
    card = service.ask(
        order_sign(draft("nitroglycerin 0.4 mg sl prn"), prefetch=chart(medications=bundle(sildenafil)))
    ).card("drug-interaction")
    assert card["indicator"] == "warning"
    assert "free text" in card["detail"]


def test_an_unknown_word_is_named_and_no_drug_is_assumed(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("zorbaquint 40 mg nightly")))
    (card,) = reply.cards
    assert card["indicator"] == "info"
    assert card["summary"].startswith("zorbaquint 40 mg nightly:")


@pytest.mark.parametrize("text", ["", " ", "500 mg", "!!!", "💊" * 40, "x" * 5000, "tid\nbid\tprn"])
def test_text_that_names_no_drug_is_said_to_name_none(service: RunningService, text: str) -> None:
    (card,) = service.ask(order_sign(draft(text))).cards
    assert (card["indicator"], card["source"]["topic"]["code"]) == ("info", "not-assessed")


@pytest.mark.covers("C-67")
def test_a_code_outweighs_the_text_and_the_contradiction_is_said(service: RunningService) -> None:
    order = draft("naproxen 500 mg bid")
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "6809", "display": "metformin"}
    order["medicationCodeableConcept"]["coding"] = [coding]
    reply = service.ask(order_sign(order, prefetch=chart(labs=bundle(egfr(24)))))
    assert reply.card("renal-dosing")["extension"]["org.countersign.concern"]["rule"] == "renal-metformin-egfr-0-30"
    assert "the text says naproxen, the code says metformin" in reply.card("renal-dosing")["detail"]


def test_the_dose_in_the_text_counts(service: RunningService) -> None:
    within = service.ask(order_sign(draft("metformin 500 mg bid"), prefetch=chart(labs=bundle(egfr(38)))))
    above = service.ask(order_sign(draft("metformin 1000 mg bid"), prefetch=chart(labs=bundle(egfr(38)))))
    unclear = service.ask(order_sign(draft("metformin 500 bid"), prefetch=chart(labs=bundle(egfr(38)))))
    assert within.cards == []
    assert above.card("renal-dosing")["indicator"] == "warning"
    assert unclear.card("renal-dosing"), "a unit that is assumed never quietens a concern"


def test_a_misspelt_combination_is_read_whole_and_warns_at_most(service: RunningService) -> None:
    """The half that is spelt right is not taken for the whole: the penicillin in the other half is found."""
    prefetch = chart(allergies=bundle(allergy("Penicillin")))
    reply = service.ask(order_sign(draft("amoxicillan clavulanate 875 bid"), prefetch=prefetch))
    assert reply.card("drug-allergy")["indicator"] == "warning"
    assert "read as amoxicillin/clavulanate from free text" in reply.card("drug-allergy")["detail"]


def test_drugs_of_one_text_are_assessed_with_each_other_and_with_the_chart(service: RunningService) -> None:
    listed = chart(medications=bundle(active("naproxen 500 mg bid")), labs=bundle(egfr(24)))
    reply = service.ask(
        order_sign(draft("start warfarin 5 mg daily + aspirin 325 mg daily and metformin 500 bid"), prefetch=listed)
    )
    said = [card["summary"] for card in reply.cards]
    assert any("warfarin with aspirin" in one for one in said)
    assert any("warfarin with naproxen" in one for one in said)
    assert any("metformin" in one.lower() and "egfr" in one.lower() for one in said)


def test_an_order_of_several_drugs_is_not_rewritten_or_cancelled_for_one_of_them(service: RunningService) -> None:
    listed = chart(medications=bundle(active("warfarin 5 mg daily")))
    order = draft("bactrim ds bid x 3 days for cystitis and metformin 500 mg bid")
    cards = service.ask(order_sign(order, prefetch=listed)).cards
    actions = [action for card in cards for one in card.get("suggestions", ()) for action in one["actions"]]
    assert cards and {action["type"] for action in actions} <= {"create"}
    assert any("write each as its own order" in card["detail"] for card in cards)


def test_a_text_of_several_drugs_is_not_completed_as_one(service: RunningService) -> None:
    reply = service.ask(
        order_sign(draft("lisinopril 10 mg daily and metformin 500 mg bid")), service="order-completion"
    )
    assert not [card for card in reply.cards if card["source"]["topic"]["code"] == "order-completion"]
    assert "order-completion: its directions were left as text: it orders several drugs" in reply.not_assessed


@pytest.mark.parametrize(
    ("text", "code", "display"),
    [
        ("lithium carbonate 300 mg bid", "42351", "lithium carbonate"),
        ("Vitamin B6 50 mg daily", "42954", "vitamin b6"),
        ("Vit B6 50 mg daily", "684879", "pyridoxine"),
        ("pyridoxine 50 mg daily", "684879", "pyridoxine"),
    ],
)
def test_a_completed_order_is_coded_as_it_was_written(
    service: RunningService, text: str, code: str, display: str
) -> None:
    """Checks take vitamin B6 and pyridoxine for one drug; RxNorm has a code for each."""
    card = service.ask(order_sign(draft(text)), service="order-completion").card("order-completion")
    concept = card["suggestions"][0]["actions"][0]["resource"]["medicationCodeableConcept"]
    (coding,) = concept["coding"]
    assert (coding["code"], coding["display"]) == (code, display)


def test_a_misspelt_first_drug_is_not_passed_over_for_the_second(service: RunningService) -> None:
    listed = chart(labs=bundle(egfr(24)))
    reply = service.ask(order_sign(draft("metforminn 500 mg bid and amlodipine 5 mg daily"), prefetch=listed))
    assert reply.card("renal-dosing")["indicator"] == "warning"
