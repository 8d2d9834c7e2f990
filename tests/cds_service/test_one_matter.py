"""One concern is one card: an interaction that rests on a result, and the gate on that result, are told together."""

from __future__ import annotations

from typing import Any

from tests.cds_client import Reply
from tests.cds_service.test_override_memory import says
from tests.hook_calls import LOINC, active, bundle, chart, draft, order_sign
from tests.running_service import RunningService


def potassium(value: float) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "potassium",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "2823-3"}]},
        "effectiveDateTime": "@now-2d",
        "valueQuantity": {"value": value, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
    }


def asked(service: RunningService, order: str, taking: str, value: float, **context: Any) -> Reply:
    listed = chart(medications=bundle(active(taking)), labs=bundle(potassium(value)))
    return service.ask(order_sign(draft(order), prefetch=listed, **context))


def loud(reply: Reply) -> list[tuple[str, str]]:
    return [(one["indicator"], one["source"]["topic"]["code"]) for one in reply.cards if one["indicator"] != "info"]


def test_an_interaction_and_a_gate_on_one_potassium_are_one_card_that_says_both(service: RunningService) -> None:
    reply = asked(service, "spironolactone 25 mg daily", "lisinopril 20 mg daily", 5.1)
    assert loud(reply) == [("warning", "drug-interaction")]
    detail = reply.card("drug-interaction")["detail"]
    assert "5.1 mmol/L" in detail and "Spironolactone with potassium 5.1 mmol/L" in detail
    assert any("potassium" in one["label"].lower() for one in reply.card("drug-interaction")["suggestions"])


def test_the_contraindication_is_the_card_and_tells_the_interaction(service: RunningService) -> None:
    reply = asked(service, "spironolactone 25 mg daily", "lisinopril 20 mg daily", 5.8)
    assert loud(reply) == [("critical", "lab-gated")]
    assert "lisinopril" in reply.card("lab-gated")["detail"]


def test_what_is_certain_does_not_give_way_to_what_a_model_read(service: RunningService) -> None:
    reply = asked(service, "spironolactone 25 mg daily", "lisinoprill 20 mg daily", 5.1)
    assert ("warning", "lab-gated") in loud(reply)


def test_a_contraindicated_pair_stays_beside_the_gate(service: RunningService) -> None:
    reply = asked(service, "potassium chloride 20 meq daily", "triamterene 50 mg daily", 5.6)
    assert ("critical", "drug-interaction") in loud(reply)


def test_a_gate_on_another_result_than_the_pair_rests_on_stays(service: RunningService) -> None:
    reply = asked(service, "digoxin 0.125 mg daily", "amiodarone 200 mg daily", 2.9)
    assert sorted(loud(reply)) == [("warning", "drug-interaction"), ("warning", "lab-gated")]


def test_who_overrode_the_pair_before_is_told_when_the_potassium_has_risen_since(service: RunningService) -> None:
    def again(value: float) -> Reply:
        known = {"encounterId": "one-matter", "userId": "Practitioner/one-matter"}
        return asked(service, "spironolactone 25 mg daily", "lisinopril 20 mg daily", value, **known)

    says(service, again(4.4).card("drug-interaction"), "overridden")
    assert loud(again(4.4)) == []
    # The row of a high potassium is another rule, so what is told within it was never overridden.
    risen = again(5.1)
    assert loud(risen) == [("warning", "drug-interaction")]
    says(service, risen.card("drug-interaction"), "overridden")
    assert loud(again(5.1)) == []
