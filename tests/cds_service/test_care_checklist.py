"""The checklist over HTTP: one quiet card without a name, what it offers, and what stays away once it is set aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.cards.checklist import checklist_detail, checklist_summary
from cds_service.cards.dialects import DIALECTS
from cds_service.cards.offers import Client, offered
from cds_service.cards.orderables import parse_orderables
from cds_service.facts import OrderRef
from cds_service.findings import ITEM_STATES, Item, Proposal
from tests.charts import knowledge
from tests.hook_calls import PATIENT, bundle, chart, fresh, person, problem
from tests.running_service import RunningService

SERVICE = "care-checklist"
LISTS = ("immunizations", "procedures", "screenings", "social")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def opened(**keys: Any) -> dict[str, Any]:
    """A chart that is opened: a woman of 58 with diabetes, of whom nothing else is on record."""
    known = chart(patient=person(birthDate="@today-58y"), problems=bundle(problem("Type 2 diabetes")))
    prefetch = {**known, **{name: bundle() for name in LISTS}, **keys}
    context = {"userId": "Practitioner/care", "patientId": PATIENT, "encounterId": "care-1"}
    call = {"hook": "patient-view", "context": context, "prefetch": prefetch}
    return fresh({**call, "prefetch": {key: value for key, value in prefetch.items() if value != "absent"}})


def at(call: dict[str, Any], encounter: str) -> dict[str, Any]:
    return {**call, "context": {**call["context"], "encounterId": encounter}}


def states(card: Mapping[str, Any]) -> dict[str, str]:
    return {one["rule"]: one["state"] for one in card["extension"]["org.countersign.checklist"]}


def test_one_quiet_card_counts_the_items_and_names_nobody(service: RunningService) -> None:
    named = person(birthDate="@today-58y", name=[{"text": "Ada Sommer", "family": "Sommer"}])
    (card,) = service.ask(opened(patient=named), SERVICE).cards
    assert card["indicator"] == "info" and card["summary"].startswith("Checklist: ")
    assert "items open" in card["summary"] and "Sommer" not in json.dumps(card)
    assert states(card)["care-diabetes-hba1c"] == "unmet"
    assert len(card["detail"]) < 1500 and "**Open (" in card["detail"]
    assert "Records of other places and orders under way are not seen here." in card["detail"]
    assert card["selectionBehavior"] == "any" and card["overrideReasons"]


def test_what_is_offered_is_valid_and_for_this_patient(service: RunningService) -> None:
    (card,) = service.ask(opened(), SERVICE).cards
    kinds = set()
    for one in card["suggestions"]:
        (action,) = one["actions"]
        resource = action["resource"]
        kinds.add(resource["resourceType"])
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert (resource.get("subject") or resource["patient"]) == {"reference": f"Patient/{PATIENT}"}
        assert "isRecommended" not in one
    assert kinds == {"ServiceRequest", "ImmunizationRecommendation"}


def test_without_the_patient_it_is_412(service: RunningService) -> None:
    reply = service.call(opened(patient="absent"), SERVICE)
    assert reply.status == 412 and "patient" in reply.issue["diagnostics"]


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start", "encounter-discharge", "appointment-book"])
def test_every_hook_is_answered_with_the_items_of_its_moment(service: RunningService, hook: str) -> None:
    call = at(opened(), f"care-{hook}")
    call = {**call, "hook": hook, "context": {**call["context"], "appointments": bundle(kind="collection")}}
    (card,) = service.ask(call, SERVICE).cards
    hooks = {row.id: row.hooks for row in service.rooms.knowledge.rows["care_items.csv"]}  # type: ignore[union-attr]
    assert all(hook in hooks[rule] for rule in states(card))


def test_a_dismissed_checklist_stays_away_for_the_encounter_item_by_item(service: RunningService) -> None:
    call = at(opened(), "care-dismissed")
    (card,) = service.ask(call, SERVICE).cards
    reason = {"reason": {key: card["overrideReasons"][0][key] for key in ("code", "system")}}
    item = {"card": card["uuid"], "outcome": "overridden", "overrideReason": reason}
    item["outcomeTimestamp"] = datetime.now(UTC).isoformat()
    posted = service.post(f"/cds-services/{SERVICE}/feedback", json.dumps({"feedback": [item]}).encode())
    assert posted.status == 200
    quiet = service.ask(fresh(call), SERVICE)
    assert quiet.cards == []
    said = {one["concern"] for one in quiet.body["extension"]["org.countersign.assessment"]["overridden"]}
    items = {one["concern"] for one in card["extension"]["org.countersign.checklist"] if "concern" in one}
    assert items <= said, "what is not shown again is said"
    lithium = {"resourceType": "MedicationRequest", "id": "li", "status": "active", "intent": "order"}
    lithium |= {
        "medicationCodeableConcept": {"text": "lithium 300 mg bid"},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    later = at(opened(medications=bundle(lithium)), "care-dismissed")
    (new,) = service.ask(later, SERVICE).cards
    asked = {rule for rule, state in states(new).items() if state in ("unmet", "unknown")}
    assert "care-lithium-level" in asked and "care-diabetes-hba1c" not in asked, "only what is new"
    assert service.ask(at(opened(), "care-another"), SERVICE).cards, "another encounter"


def test_the_evidence_of_the_card_holds_every_item_with_its_proof(service: RunningService) -> None:
    (card,) = service.ask(at(opened(), "care-evidence"), SERVICE).cards
    assert service.rooms is not None
    found = service.rooms.store.card_by_handle(card["links"][0]["appContext"])
    assert found is not None
    record = found.evidence
    assert {one["rule"]: one["state"] for one in record["items"]} == states(card)
    passages = {one["id"] for one in record["passages"]}
    assert all(one["rule"] in passages for one in record["items"])
    assert all(0 <= fact < len(record["facts"]) for one in record["items"] for fact in one["facts"])


def item(number: int, state: Any = "unmet", rule: str = "care-diabetes-hba1c") -> Item:
    proposal = Proposal("request", OrderRef("Patient/p1", "HbA1c"), f"Order test {number}", ORDER, (rule,))
    why = "last 8.1 % on 2026-02-03, none in the last 6 months <b>"
    return Item(rule, f"Measure what number {number} names", state, why, "ADA E", proposals=(proposal,))


ORDER = {"code": ("http://loinc.org", "4548-4"), "display": "HbA1c", "text": "HbA1c", "patient": "Patient/p1"}
ORDER |= {"reason": "Measure HbA1c"}
VACCINE = {**ORDER, "code": ("http://hl7.org/fhir/sid/cvx", "187")}


@pytest.mark.parametrize("count", [1, 3, 9, 40])
@pytest.mark.parametrize("state", ITEM_STATES)
def test_what_does_not_fit_is_counted(count: int, state: Any) -> None:
    items = [item(0), *(item(number, state) for number in range(1, count))]
    detail = checklist_detail(items, knowledge(), ["**Evidence:** somewhere", "Rule care-checklist"])
    assert len(detail) < 1500 and "<b>" not in detail and detail.endswith("Rule care-checklist")
    shown = detail.count("Measure what number")
    assert shown == count or f"Not shown here, in the app: {count - shown} " in detail
    assert len(checklist_summary(items)) < 140


def test_open_items_are_shown_before_those_that_are_met() -> None:
    items = [item(0), item(1, "unknown"), item(2, "declined"), item(3, "met")]
    detail = checklist_detail(items, knowledge(), [])
    places = [detail.index(f"number {number}") for number in range(4)]
    assert places == sorted(places)
    assert checklist_summary(items).startswith("Checklist: 1 of 4 items open, 1 not known: Measure what number 0")


def request(content: Mapping[str, Any]) -> Proposal:
    return Proposal("request", OrderRef("Patient/p1", content["text"]), "Order HbA1c", content)


@pytest.mark.parametrize(
    ("dialect", "codes", "made", "by_hand"),
    [
        ("standard", "", 2, 0),
        ("epic", "", 0, 2),
        ("epic", ",loinc#4548-4,,urn:com.epic.cdshooks.action.code.system.preference-list-item,7,HbA1c\n", 1, 1),
        ("oracle", "", 0, 2),
    ],
)
def test_what_an_ehr_cannot_take_is_said_in_words(dialect: str, codes: str, made: int, by_hand: int) -> None:
    orderables = parse_orderables("tenant,concept,order_text,system,code,display\n" + codes)
    client = Client("north", DIALECTS[dialect], orderables)
    proposals = [request(ORDER), Proposal("request", OrderRef("Patient/p1", "v"), "Recommend vaccine", VACCINE)]
    offer = offered(proposals, {}, client, NOW, lambda *parts: "-".join(parts))
    assert len(offer.suggestions) == made and offer.selection == "any"
    words = "\n".join(offer.words)
    assert words.count("\n- ") == by_hand
