"""discharge-instructions through the service: what it needs, what a card holds, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fixtures.ehr.cards import render_markdown
from tests.hook_calls import PATIENT, active, bundle, discharge, problem
from tests.running_service import RunningService

SERVICE = "discharge-instructions"
CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"


def left(text: str, sig: str, number: int, **members: Any) -> dict[str, Any]:
    category = [{"coding": [{"system": CATEGORY, "code": "discharge"}]}]
    more = {"dosageInstruction": [{"text": sig}], "authoredOn": "@now-1d", "category": category}
    return active(text, number, **{**more, **members})


def going_home(*orders: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return discharge(medications=bundle(*orders), problems=bundle(problem("Atrial fibrillation")), **keys)


def test_without_the_patient_it_is_412(service: RunningService) -> None:
    call = going_home()
    prefetch = {key: value for key, value in call["prefetch"].items() if key != "patient"}
    reply = service.call({**call, "prefetch": prefetch}, SERVICE)
    assert reply.status == 412 and "patient" in reply.issue["diagnostics"]


def test_one_card_says_how_many_of_each_and_how_each_is_taken(service: RunningService) -> None:
    orders = (left("apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily", 1), active("atorvastatin 40 mg hs", 2))
    (card,) = service.ask(going_home(*orders), SERVICE).cards
    assert card["summary"].startswith("Discharge medicines: 1 new, 1 continued")
    assert card["indicator"] == "info" and card["source"]["topic"]["code"] == SERVICE
    assert "Apixaban 5 mg tablet: Take 1 tablet by mouth 2 times a day" in card["detail"]
    assert len(card["summary"]) < 140 and len(card["detail"]) < 1500


def test_without_a_home_list_nothing_is_called_new_and_the_card_says_what_it_lacks(service: RunningService) -> None:
    call = going_home(left("apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily", 1))
    for key in ("statements", "statement_history"):
        call["prefetch"].pop(key, None)
    (card,) = service.ask(call, SERVICE).cards
    assert card["summary"].startswith("Discharge medicines: 1 ordered in this stay (no home list)")
    assert card["detail"].startswith("**Not known:** the home list (medication statements) was not supplied.")
    assert "**Ordered in this stay; no home list to compare with (1)**" in card["detail"]
    assert "New" not in card["detail"]
    assert [one["state"] for one in card["extension"]["org.countersign.discharge"]] == ["ordered"]


def test_a_long_list_is_counted_and_the_extension_holds_all_of_it(service: RunningService) -> None:
    names = (
        "apixaban",
        "metformin",
        "lisinopril",
        "furosemide",
        "digoxin",
        "levothyroxine",
        "sertraline",
        "gabapentin",
    )
    orders = [
        left(f"{name} tablet", f"as told {'and so on ' * 9}", at) for at, name in enumerate((*names, "colchicine"))
    ]
    (card,) = service.ask(going_home(*orders), SERVICE).cards
    listed = card["extension"]["org.countersign.discharge"]
    assert len(listed) == 9 and all(one["as_written"] and one["state"] == "new" for one in listed)
    assert {one["resources"][0] for one in listed} == {f"MedicationRequest/active-{at}" for at in range(9)}
    assert "Not shown here, in the app:" in card["detail"] and len(card["detail"]) < 1500


def test_tests_that_are_due_are_offered_as_draft_orders_of_their_day(service: RunningService) -> None:
    (card,) = service.ask(going_home(left("apixaban 5 mg", "1 tablet bid", 1)), SERVICE).cards
    assert card["suggestions"]
    for one in card["suggestions"]:
        (action,) = one["actions"]
        get_fhir_model_class("ServiceRequest").model_validate(action["resource"])
        assert action["type"] == "create" and action["resource"]["subject"] == {"reference": f"Patient/{PATIENT}"}
        assert "Follow-up of Apixaban" in action["resource"]["reasonCode"][0]["text"] and "isRecommended" not in one


def test_the_evidence_holds_every_medicine_with_its_facts_and_passages(service: RunningService) -> None:
    (card,) = service.ask(going_home(left("apixaban 5 mg", "1 tablet bid", 1)), SERVICE).cards
    assert service.rooms is not None
    found = service.rooms.store.card_by_handle(card["links"][0]["appContext"])
    assert found is not None
    (line,) = found.evidence["medicines"]
    passages = {one["id"] for one in found.evidence["passages"]}
    assert set(line["cites"]) <= passages and line["watch"] and line["use"] == "atrial fibrillation or flutter"
    assert [found.evidence["facts"][at]["reference"] for at in line["facts"]] == ["MedicationRequest/active-1"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script> 5 mg", "[x](javascript:alert) 5 mg", "a" * 3000])
def test_hostile_words_stay_words(service: RunningService, text: str) -> None:
    (card,) = service.ask(going_home(left(text, text, 1)), SERVICE).cards
    shown = str(render_markdown(card["detail"])).lower()
    assert "<script" not in shown and 'href="javascript' not in shown
    assert len(card["summary"]) < 140 and len(card["detail"]) < 1500


def test_no_medicine_gives_no_card(service: RunningService) -> None:
    assert service.ask(going_home(), SERVICE).cards == []
