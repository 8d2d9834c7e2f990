"""As few cards as a clinician will bear: what belongs together stands on one, and what is over is not offered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hook_calls import active, bundle, chart, creatinine, draft, note, order_sign, patient_view
from tests.running_service import RunningService

NOTHING = bundle()


def companions(service: RunningService, *drafts: dict[str, Any], **known: Any) -> list[dict[str, Any]]:
    prefetch = chart(**{"labs": NOTHING, **known})
    return service.ask(order_sign(*drafts, prefetch=prefetch), "companion-orders").cards


def labels(cards: list[dict[str, Any]]) -> list[list[str]]:
    return [[one["label"] for one in card.get("suggestions", [])] for card in cards]


def test_baseline_and_recheck_of_one_order_stand_on_one_card(service: RunningService) -> None:
    (card,) = companions(service, draft("lisinopril 10 mg daily"))
    assert labels([card]) == [["Order potassium and creatinine now", "Order potassium and creatinine in 14 days"]]
    assert card["summary"] == (
        "lisinopril 10 mg daily: baseline potassium and creatinine not found on record; then a recheck"
    )
    assert card["selectionBehavior"] == "any", "both may be taken"
    evidence = next(line for line in card["detail"].splitlines() if line.startswith("**Evidence:**"))
    assert evidence.count("](https:") == 1, "one guideline, named once for both rows"


def test_what_one_draft_asks_for_another_does_not_ask_again(service: RunningService) -> None:
    cards = companions(service, draft("lisinopril 10 mg daily"), draft("chlorthalidone 25 mg daily", 2))
    assert labels(cards) == [
        ["Order potassium and creatinine now", "Order potassium and creatinine in 14 days"],
        ["Order sodium now", "Order sodium and potassium in 28 days"],
    ]


def test_a_test_that_is_on_record_is_not_said_to_be_lacking(service: RunningService) -> None:
    """The row's sentence names all of its tests; one that is there must not stand in it."""
    (card,) = companions(service, draft("lithium 300 mg tid"), labs=bundle(creatinine(1.0)))
    assert card["summary"] == "lithium 300 mg tid: TSH and calcium not found on record; then a recheck"
    assert not any("creatinine" in label for label in labels([card])[0])


def test_a_result_that_is_too_old_is_not_said_to_be_off_the_record(service: RunningService) -> None:
    old = creatinine(1.0) | {"effectiveDateTime": "@now-400d"}
    (card,) = companions(service, draft("lisinopril 10 mg daily"), labs=bundle(old))
    assert card["summary"] == (
        "lisinopril 10 mg daily: potassium and creatinine not found within 180 days; then a recheck"
    )
    assert "older than 180 days" in card["detail"]


def test_monitoring_that_the_drug_calls_for_by_itself_is_asked_for_once(service: RunningService) -> None:
    taking = bundle(active("naproxen 500 mg bid"))
    assert len(companions(service, draft("lisinopril 10 mg daily"), medications=taking)) == 1


def offered(service: RunningService, *notes: dict[str, Any], **known: Any) -> tuple[list[dict[str, Any]], list[str]]:
    reply = service.ask(patient_view(*notes, prefetch=chart(**known)), "chart-reconciliation")
    return reply.cards, reply.not_assessed


def names(cards: list[dict[str, Any]]) -> set[str]:
    resources = [one["actions"][0]["resource"] for card in cards for one in card.get("suggestions", [])]
    return {one.get("medicationCodeableConcept", one.get("code"))["text"] for one in resources}


def test_medications_of_several_notes_stand_on_one_card_each_to_be_taken_or_left(service: RunningService) -> None:
    first = note("Home medications: warfarin 5 mg daily, lisinopril 10 mg daily", 1, on="@now-9d")
    second = note("She takes metformin 500 mg twice daily.", 2, on="@now-2d")
    (card,), _ = offered(service, first, second)
    assert card["summary"].startswith("3 medications only in notes: ")
    assert "**Facts used**" not in card["detail"], "the notes are quoted: no heading with nothing below it"
    assert card["selectionBehavior"] == "any" and len(card["suggestions"]) == 3
    assert not any(one.get("isRecommended") for one in card["suggestions"])
    assert card["detail"].count("**From a note of") == 2 and len(card["detail"]) < 1500
    for quoted in ("**warfarin**", "**lisinopril**", "**metformin**", "probability"):
        assert quoted in card["detail"]


@pytest.mark.parametrize(
    ("text", "on", "is_offered"),
    [
        ("Medications\namoxicillin 500 mg oral tablet", "@now-2d", False),
        ("Medications: cephalexin 500 mg four times daily", "@now-2d", True),
        ("Medications: cephalexin 500 mg four times daily", "@now-60d", False),
        ("Medications: nitrofurantoin 100 mg nightly", "@now-60d", True),
        ("Medications: penicillin V 250 mg twice daily for prophylaxis", "@now-60d", True),
        ("Medications: methenamine 1 g twice daily", "@now-60d", True),
        ("Medications: phenazopyridine 100 mg", "@now-2d", False),
        ("Medications: doxycycline 100 mg daily", "@now-60d", True),
        ("Medications: lisinopril", "@now-60d", True),
    ],
)
def test_finished_courses_are_named_and_not_offered(
    service: RunningService, text: str, on: str, is_offered: bool
) -> None:
    cards, said = offered(service, note(text, on=on))
    assert bool(cards) is is_offered
    assert any("finished courses" in one for one in said) is not is_offered


@pytest.mark.parametrize(
    ("listed", "since", "is_offered"),
    [
        ("losartan 50 mg daily", "@now-10d", True),  # of another class
        ("ramipril 5 mg daily", "@now-10d", False),
        ("ramipril 5 mg daily", "@now-90d", True),  # the note is the news
    ],
)
def test_a_drug_in_whose_place_the_list_has_another_is_not_offered(
    service: RunningService, listed: str, since: str, is_offered: bool
) -> None:
    known = bundle({**active(listed), "authoredOn": since})
    cards, _ = offered(service, note("Home meds: lisinopril 10 mg daily", on="@now-30d"), medications=known)
    assert bool(cards) is is_offered


def test_a_pain_killer_beside_another_is_offered(service: RunningService) -> None:
    known = bundle({**active("naproxen 500 mg bid"), "authoredOn": "@now-1d"})
    cards, _ = offered(service, note("Takes ibuprofen 400 mg three times daily."), medications=known)
    assert names(cards) == {"ibuprofen"}


def test_a_drug_stopped_for_harm_in_the_same_note_is_no_home_medication(service: RunningService) -> None:
    text = "Copied from 2025: Meds: lisinopril 20, aspirin 81.\nUpdate: lisinopril stopped for cough."
    assert names(offered(service, note(text))[0]) == {"aspirin", "lisinopril"}, "the allergy, and one medication"
    cards, _ = offered(service, note(text))
    types = [one["actions"][0]["resource"]["resourceType"] for card in cards for one in card["suggestions"]]
    assert sorted(types) == ["AllergyIntolerance", "MedicationStatement"]


def test_the_strength_in_a_coded_product_is_no_dose_that_was_ordered(service: RunningService) -> None:
    coding = [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "314077"}]
    product = draft("lisinopril 20 MG Oral Tablet")
    product["medicationCodeableConcept"]["coding"] = coding
    cards = service.ask(order_sign(product), "order-completion").cards
    assert not [card for card in cards if card["source"]["topic"]["code"] == "order-completion"]
    typed = {**product, "dosageInstruction": [{"text": "take one tablet daily"}]}
    cards = service.ask(order_sign(typed), "order-completion").cards
    assert [card for card in cards if card["source"]["topic"]["code"] == "order-completion"]
