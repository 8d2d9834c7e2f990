"""Which drafts advice is about: the selections on order-select, all on order-sign; the others are background."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cds_client import Reply
from tests.hook_calls import active, bundle, chart, coded_draft, draft, order_select, order_sign
from tests.running_service import RunningService

WARFARIN, BACTRIM = draft("warfarin 5 mg daily", 1), draft("bactrim ds bid", 2)


def subjects(reply: Reply) -> set[str]:
    """The drafts that the suggestions of an answer would remove."""
    return {
        action["resourceId"]
        for card in reply.cards
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
        if action["type"] == "delete"
    }


def test_two_drafts_that_interact_give_one_card(service: RunningService) -> None:
    reply = service.ask(order_sign(WARFARIN, BACTRIM))
    assert [found["rule"] for found in reply.findings] == ["ddi-warfarin--sulfamethoxazole"]
    assert "Also being ordered" in reply.card("drug-interaction")["detail"]


def test_two_drafts_of_the_same_drug_give_one_card(service: RunningService) -> None:
    reply = service.ask(
        order_sign(draft("lisinopril 10 mg daily", 1), coded_draft("29046", "lisinopril 20 mg daily", 2))
    )
    assert [found["rule"] for found in reply.findings] == ["duplicate-same-ingredient"]


def test_the_order_of_the_drafts_does_not_change_the_concern(service: RunningService) -> None:
    one, other = service.ask(order_sign(WARFARIN, BACTRIM)), service.ask(order_sign(BACTRIM, WARFARIN))
    assert identity(one) == identity(other)


@pytest.mark.covers("C8", "F34")
def test_order_select_speaks_of_the_selection_with_the_other_drafts_as_background(service: RunningService) -> None:
    reply = service.ask(order_select(WARFARIN, BACTRIM, selections=["MedicationRequest/draft-2"]))
    assert [found["rule"] for found in reply.findings] == ["ddi-warfarin--sulfamethoxazole"]
    assert subjects(reply) == {"MedicationRequest/draft-2"}
    other = service.ask(order_select(WARFARIN, BACTRIM, selections=["MedicationRequest/draft-1"]))
    assert subjects(other) == {"MedicationRequest/draft-1"}


@pytest.mark.covers("C8")
def test_order_select_is_silent_about_drafts_that_are_not_selected(service: RunningService) -> None:
    unknown = draft("zorbaquint 40 mg nightly", 3)
    selections = ["MedicationRequest/draft-4"]
    reply = service.ask(order_select(WARFARIN, BACTRIM, unknown, draft("lisinopril 10 mg", 4), selections=selections))
    assert not [found for found in reply.findings if found["rule"] == "ddi-warfarin--sulfamethoxazole"]
    assert not [said for said in reply.not_assessed if "zorbaquint" in said]


def test_a_selected_laboratory_order_is_no_reason_to_speak(service: RunningService) -> None:
    test = {"resourceType": "ServiceRequest", "id": "inr", "status": "draft", "intent": "order"}
    reply = service.ask(order_select(WARFARIN, BACTRIM, test, selections=["ServiceRequest/inr"]))
    assert reply.cards == []


def test_a_draft_that_asks_for_the_drug_not_to_be_given_is_no_order(service: RunningService) -> None:
    for members in ({"doNotPerform": True}, {"status": "entered-in-error"}, {"status": "cancelled"}):
        reply = service.ask(order_sign(WARFARIN, {**BACTRIM, **members}))
        assert reply.cards == []


def test_the_order_that_is_revised_or_renewed_is_no_duplicate(service: RunningService) -> None:
    current = active("lisinopril 10 mg daily")
    renewal = draft("lisinopril 20 mg daily", priorPrescription={"reference": "MedicationRequest/active-1"})
    prefetch = chart(medications=bundle(current))
    assert service.ask(order_sign(renewal, prefetch=prefetch)).cards == []
    signed_again = {**current, "medicationCodeableConcept": {"text": "lisinopril 20 mg daily"}}
    assert service.ask(order_sign(signed_again, prefetch=prefetch)).cards == []


def test_the_same_drug_from_two_lists_is_one_card(service: RunningService) -> None:
    statement = {**active("warfarin 5 mg daily"), "resourceType": "MedicationStatement", "id": "statement-1"}
    both = chart(medications=bundle(active("warfarin 5 mg daily")), statements=bundle(statement))
    assert len(service.ask(order_sign(BACTRIM, prefetch=both)).cards) == 1


def identity(reply: Reply) -> list[Any]:
    return [card["extension"]["org.countersign.concern"] for card in reply.cards]
