"""Accepting a suggestion: what it does to the order, and that the next call is quiet about the concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cds_client import Reply
from tests.conformance.exchange import target
from tests.conformance.suggestion_clauses import faults
from tests.hook_calls import active, allergy, bundle, chart, coded_draft, creatinine, draft, egfr, order_sign, weight
from tests.running_service import RunningService

Resource = dict[str, Any]
NORMAL = {"labs": bundle(creatinine(0.8), egfr(82)), "vitals": bundle(weight(70))}
FOR_DIABETES = [{"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}], "text": "Type 2 diabetes"}]


@dataclass(frozen=True)
class Story:
    """An order with a concern about `topic`, and what the suggestion that answers it is called."""

    order: Resource
    topic: str
    label: str
    prefetch: Resource = field(default_factory=chart)


RECOMMENDED = {
    "a kidney dose": Story(
        draft("metformin 1000 mg bid"),
        "renal-dosing",
        "Change the order to metformin 500 mg twice daily",
        chart(labs=bundle(egfr(38))),
    ),
    "another drug for the stated use": Story(
        draft("metformin 1000 mg bid", reasonCode=FOR_DIABETES),
        "renal-dosing",
        "Order linagliptin 5 mg once daily instead",
        chart(labs=bundle(egfr(24)), allergies=bundle()),
    ),
    "a drug without the interaction": Story(
        draft("omeprazole 20 mg daily for gerd"),
        "drug-interaction",
        "Order pantoprazole 40 mg once daily instead",
        chart(medications=bundle(active("clopidogrel 75 mg daily")), **NORMAL),
    ),
    "leaving out what must not be given": Story(
        coded_draft("723", "amoxicillin 500 mg capsule"),
        "drug-allergy",
        "Cancel this order",
        chart(allergies=bundle(allergy("Penicillin"))),
    ),
}
MONITORING = Story(
    draft("spironolactone 25 mg daily"),
    "drug-interaction",
    "Order potassium and creatinine in 7 days",
    chart(medications=bundle(active("lisinopril 10 mg daily")), **NORMAL),
)


@pytest.mark.parametrize("name", RECOMMENDED)
def test_accepting_what_is_recommended_leaves_nothing_to_warn_about(service: RunningService, name: str) -> None:
    story = RECOMMENDED[name]
    reply = service.ask(order_sign(story.order, prefetch=story.prefetch))
    (recommended,) = [one for one in suggestions(reply, story.topic) if one.get("isRecommended")]
    assert recommended["label"] == story.label
    again = service.ask(order_sign(*applied([story.order], recommended), prefetch=story.prefetch))
    assert again.findings == []


def test_ordering_the_monitoring_that_the_rule_asks_for_answers_its_concern(service: RunningService) -> None:
    reply = service.ask(order_sign(MONITORING.order, prefetch=MONITORING.prefetch))
    (monitoring,) = [one for one in suggestions(reply, MONITORING.topic) if one["label"].startswith("Order ")]
    assert monitoring["label"] == MONITORING.label and "isRecommended" not in monitoring
    tests = [action["resource"] for action in monitoring["actions"]]
    assert {one["code"]["coding"][0]["code"] for one in tests} == {"2823-3", "2160-0"}
    assert len({one["id"] for one in tests}) == 2
    again = service.ask(order_sign(*applied([MONITORING.order], monitoring), prefetch=MONITORING.prefetch))
    assert again.findings == []


def test_confirming_a_read_name_gives_the_concern_its_full_weight(service: RunningService) -> None:
    order, prefetch = draft("metforminn 500 bid"), chart(labs=bundle(egfr(24)))
    (correction,) = [
        one
        for one in suggestions(service.ask(order_sign(order, prefetch=prefetch)), "renal-dosing")
        if one["label"] == "Correct the drug name to metformin"
    ]
    again = service.ask(order_sign(*applied([order], correction), prefetch=prefetch))
    assert again.card("renal-dosing")["indicator"] == "critical"
    assert not any("confirm" in said for said in again.not_assessed)


VENDOR = {
    "extension": [{"url": "https://ehr.example.org/order-set", "valueString": "diabetes"}],
    "identifier": [{"system": "https://ehr.example.org/orders", "value": "77"}],
    "encounter": {"reference": "Encounter/visit-1"},
    "priority": "urgent",
    "note": [{"text": "Patient prefers mornings"}],
    "vendorField": {"kept": [1, 2, {"deep": True}]},
}
OLD_DOSE = {
    "dosageInstruction": [{"text": "1000 mg twice daily"}],
    "dispenseRequest": {"quantity": {"value": 60}},
    "substitution": {"allowedBoolean": False},
}


def test_a_revised_order_keeps_what_the_proposal_does_not_speak_of(service: RunningService) -> None:
    order = draft("metformin 1000 mg bid", **VENDOR)
    revised = only_resource(service, order, "Change the order to metformin 500 mg twice daily", egfr(38))
    assert {name: revised[name] for name in VENDOR} == VENDOR
    assert revised["id"] == order["id"]


def test_a_revised_order_never_inherits_the_old_dose(service: RunningService) -> None:
    order = coded_draft("6809", "metformin", **OLD_DOSE)
    revised = only_resource(service, order, "Change the order to metformin 500 mg twice daily", egfr(38))
    assert not OLD_DOSE.keys() & revised.keys()
    assert revised["medicationCodeableConcept"]["text"] == "metformin 500 mg twice daily"


def test_a_replacement_is_another_order_of_the_same_person_without_the_old_drug(service: RunningService) -> None:
    order = draft("metformin 1000 mg bid", reasonCode=FOR_DIABETES, **VENDOR)
    created = only_resource(service, order, "Order linagliptin 5 mg once daily instead", egfr(24))
    assert created["id"] != order["id"]
    assert created["subject"] == order["subject"] and created["encounter"] == order["encounter"]
    assert "metformin" not in str(created)


def test_empty_members_of_a_draft_are_not_sent_back(service: RunningService) -> None:
    """The card checker refuses null and empty anywhere in an answer."""
    order = draft("metformin 1000 mg bid", note=[], priority=None, encounter={}, groupIdentifier={"value": ""})
    revised = only_resource(service, order, "Change the order to metformin 500 mg twice daily", egfr(38))
    assert not {"note", "priority", "encounter", "groupIdentifier"} & revised.keys()


def test_every_kind_of_proposal_is_a_valid_r4_resource(service: RunningService) -> None:
    kinds = set()
    for story in (*RECOMMENDED.values(), MONITORING):
        for action in actions(service.ask(order_sign(story.order, prefetch=story.prefetch))):
            kinds.add(action["type"])
            if "resource" in action:
                assert faults(action["resource"]) == frozenset()
    assert kinds == {"create", "update", "delete"}


def suggestions(reply: Reply, topic: str) -> list[Resource]:
    found: list[Resource] = reply.card(topic)["suggestions"]
    return found


def actions(reply: Reply) -> Iterator[Resource]:
    for card in reply.cards:
        for suggestion in card.get("suggestions", []):
            yield from suggestion["actions"]


def only_resource(service: RunningService, order: Resource, label: str, *labs: Resource) -> Resource:
    """The resource that one suggestion about kidney dosing brings."""
    reply = service.ask(order_sign(order, prefetch=chart(labs=bundle(*labs))))
    (chosen,) = [one for one in suggestions(reply, "renal-dosing") if one["label"] == label]
    (resource,) = [action["resource"] for action in chosen["actions"] if "resource" in action]
    assert isinstance(resource, dict)
    return resource


def applied(drafts: list[Resource], suggestion: Resource) -> list[Resource]:
    """The drafts after a click, as an EHR does it: deletes, then creates, then updates."""
    orders = {target(order): order for order in drafts}
    by_type = {
        kind: [one for one in suggestion["actions"] if one["type"] == kind] for kind in ("delete", "create", "update")
    }
    for action in by_type["delete"]:
        del orders[action["resourceId"]]
    for action in (*by_type["create"], *by_type["update"]):
        orders[target(action["resource"])] = action["resource"]
    return list(orders.values())
