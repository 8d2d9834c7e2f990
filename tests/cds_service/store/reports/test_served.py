"""What `/fhir` reads of the store, on both engines: one tenant, newest first, page by page, nothing erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cds_service.errors import InvalidRequest
from cds_service.store import AuditQuery, CardQuery, FhirReader, Span

CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def three_calls(store, call):
    """Of one tenant, an hour apart, the second of another patient; and one of another tenant."""
    first = call().at
    for number, patient in enumerate(("patient-1", "patient-2", "patient-1")):
        store.record(call(f"c{number}", at=first + timedelta(hours=number), patient=patient))
    store.record(call("other", tenant="south", at=first))
    return first


def uuids(cards) -> list[str]:
    return [card.uuid for card in cards]


def test_cards_come_newest_first_and_pages_meet(store, three_calls):
    served, seen, after = store.served, [], None
    while page := served.cards("north", CardQuery(), 2, after):
        seen += uuids(page)
        after = (page[-1].at, page[-1].uuid)
    assert seen == ["c2-card-1", "c2-card-0", "c1-card-1", "c1-card-0", "c0-card-1", "c0-card-0"]
    assert uuids(served.cards("south", CardQuery(), 9)) == ["other-card-1", "other-card-0"]


def test_each_condition_leaves_what_it_says(store, three_calls):
    def left(**asked) -> set[str]:
        return {uuid[:2] for uuid in uuids(store.served.cards("north", CardQuery(**asked), 99))}

    later = three_calls + timedelta(hours=1)
    assert left(patient="patient-2") == {"c1"}
    assert left(patient="nobody") == set()
    assert left(at=Span(later)) == {"c1", "c2"}
    assert left(at=Span(None, later)) == {"c0"}
    assert left(ids=["c0-card-0", "other-card-0"]) == {"c0"}
    assert left(topics=["renal-dosing"]) == left(without_topics=["drug-interaction"]) == set()
    assert uuids(store.served.cards("north", CardQuery(offering=True, ruled=True), 99)) == [
        "c2-card-0",
        "c1-card-0",
        "c0-card-0",
    ]


def test_feedback_belongs_to_its_card_and_changes_it(store, three_calls, feedback_item):
    store.add_feedback(*CALLER, [feedback_item("c0-card-0")])
    told = {card.uuid: len(card.feedback) for card in store.served.cards("north", CardQuery(), 99)}
    assert {uuid for uuid, events in told.items() if events} == {"c0-card-0"}
    after_all_calls = Span(three_calls + timedelta(hours=9))
    assert uuids(store.served.cards("north", CardQuery(changed=after_all_calls), 99)) == ["c0-card-0"]
    before = Span(None, three_calls + timedelta(hours=9))
    assert "c0-card-0" not in uuids(store.served.cards("north", CardQuery(changed=before), 99))


def test_audit_rows_are_of_the_tenant_alone_with_their_patients(store, three_calls):
    rows = store.served.audit("north", AuditQuery(), 2)
    assert [row.event.patient for row in rows] == ["patient-1", "patient-2"]
    (last,) = store.served.audit("north", AuditQuery(), 9, before=rows[-1].seq)
    assert store.served.audit("north", AuditQuery(patient="patient-2", actions=["invoke"]), 9) == [rows[1]]
    assert store.served.audit("north", AuditQuery(ids=[last.id], at=Span(last.at)), 9) == [last]
    assert store.served.audit("south", AuditQuery(ids=[last.id]), 9) == []


def test_a_client_is_registered_replaced_and_removed_each_on_record(store, call, rows):
    client = FhirReader("warehouse", "north", {"keys": []}, None, ("system/*.rs",), call().at)
    store.fhir_clients.add(client)
    store.fhir_clients.add(replace(client, scopes=("system/AuditEvent.rs",)))
    assert store.fhir_clients.find("warehouse").scopes == ("system/AuditEvent.rs",)
    with pytest.raises(InvalidRequest, match="another tenant"):
        store.fhir_clients.add(replace(client, tenant="south"))
    assert store.fhir_clients.remove("warehouse")
    assert not store.fhir_clients.remove("warehouse")
    assert [action for (action,) in rows("SELECT action FROM audit ORDER BY seq")] == [
        "register-fhir-client",
        "register-fhir-client",
        "register-fhir-client-removed",
    ]
