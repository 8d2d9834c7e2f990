"""A rare or invented drug is named, once for each order, in whatever form; so is half of a combination."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cds_client import Reply
from tests.hook_calls import bundle, chart, draft, order_sign
from tests.running_service import RunningService

INVENTED = [
    "zyxwvutinib 100 mg daily",
    "start zorbatamide 5mg po bid",
    "pt to take quilvoxin 20mg",
    "apply krellamide cream bid",
    "ZYXWVIMAB PASUDOTOX",
    "inject glofimabex sc q2w",
    "give 2 tabs of nimbolidate",
    "Zorvixa 10 mg qhs prn",
    "zorvixa-xr 10 mg",
    "krellamide (Zorvixa) 5 mg",
    "mg 500 tid",
    "medication per pharmacy",
]
HALVES = [
    ("aspirin / zyxwvutol 10 mg daily", "zyxwvutol"),
    ("zyxwvutol/aspirin 10-81 daily", "zyxwvutol"),
    ("lisinopril + foobarazide 10-12.5 daily", "foobarazide"),
    ("amlodipine-krellamide 5-10 mg daily", "krellamide"),
]


def missing_cards(reply: Reply) -> list[dict[str, Any]]:
    return [card for card in reply.cards if card["source"]["topic"]["code"] == "not-assessed"]


@pytest.mark.parametrize("text", INVENTED)
def test_an_invented_drug_is_named_at_info_once(service: RunningService, text: str) -> None:
    (card,) = missing_cards(service.ask(order_sign(draft(text))))
    assert card["indicator"] == "info" and "not recognised" in card["summary"] + card["detail"]
    assert card["summary"].startswith(text[:30])


@pytest.mark.parametrize(("text", "half"), HALVES)
def test_the_half_of_a_combination_that_nobody_knows_is_named(service: RunningService, text: str, half: str) -> None:
    (card,) = missing_cards(service.ask(order_sign(draft(text))))
    assert card["indicator"] == "info" and half in card["detail"]


def test_the_misspelt_half_of_a_combination_is_read_and_asks_to_be_confirmed(service: RunningService) -> None:
    taken = bundle(draft("clarithromycin 500 mg bid", 9, status="active"))
    reply = service.ask(order_sign(draft("simvastatinn/ezetimibe 20-10 mg daily"), prefetch=chart(medications=taken)))
    (card,) = reply.cards  # critical, had it been written right
    assert card["indicator"] == "warning" and card["source"]["topic"]["code"] == "drug-interaction"
    assert "simvastatinn" in card["detail"] and "please confirm" in card["detail"]
    assert "Correct the drug name to simvastatin" in [one["label"] for one in card["suggestions"]]


def test_the_half_of_a_current_combination_that_nobody_knows_is_named(service: RunningService) -> None:
    taken = bundle(draft("zyxwvutol/aspirin 10-81 daily", 9, status="active"))
    reply = service.ask(order_sign(draft("warfarin 5 mg daily"), prefetch=chart(medications=taken)))
    assert any("zyxwvutol" in str(card) for card in reply.cards)


@pytest.mark.parametrize("drug", ["piracetam", "levosimendan", "betahistine", "donanemab"])
def test_a_known_drug_without_a_row_is_said_to_be_not_covered(service: RunningService, drug: str) -> None:
    (card,) = missing_cards(service.ask(order_sign(draft(f"{drug} 10 mg daily"))))
    assert card["indicator"] == "info" and f"{drug} is not covered" in card["summary"] + card["detail"]


def test_two_invented_drugs_are_each_named_in_the_one_card(service: RunningService) -> None:
    (card,) = missing_cards(service.ask(order_sign(draft("zyxwvutinib 100 mg", 1), draft("krellamide 5 mg", 2))))
    assert "zyxwvutinib" in card["summary"] + card["detail"] and "krellamide" in card["summary"] + card["detail"]


def test_a_code_that_nobody_knows_is_named_by_its_words(service: RunningService) -> None:
    unknown = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "99999999"}]}
    order = draft("x", medicationCodeableConcept={**unknown, "text": "Zorvixa 10 MG Oral Tablet"})
    (card,) = missing_cards(service.ask(order_sign(order)))
    assert card["summary"].startswith("Zorvixa") and card["indicator"] == "info"


def test_an_invented_drug_on_the_list_is_said_and_gives_no_card(service: RunningService) -> None:
    listed = draft("zyxwvutinib 100 mg", 7, status="active")
    reply = service.ask(order_sign(draft("amoxicillin 500 mg tid x 7 d"), prefetch=chart(medications=bundle(listed))))
    assert missing_cards(reply) == []
    assert any("zyxwvutinib" in said for said in reply.not_assessed)
