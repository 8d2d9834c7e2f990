"""Answered calls: stored whole and once, read back as they were, and never in clear."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.store import Keyring, SuggestionRecord, open_store
from cds_service.store.sealing.keyring import SealBroken
from tests.databases import ON_SQLITE

COUNTS = "SELECT (SELECT count(*) FROM invocation), (SELECT count(*) FROM card)"


def test_a_card_comes_back_by_its_handle_with_the_call_it_answered(store, keyring, call):
    sent = call()
    assert store.record(sent) == "stored"
    found = store.card_by_handle(keyring.handle("a-card-0"))
    shared = {field.name for field in fields(found)} & {field.name for field in fields(sent)}
    assert shared >= {"patient", "user", "encounter", "fhir_server", "hook_instance", "at", "not_assessed", "models"}
    assert {name: getattr(found, name) for name in shared} == {name: getattr(sent, name) for name in shared}
    assert (found.invocation, found.check, found.rule) == (sent.id, "drug-interaction", "warfarin-tmp-smx")
    assert (found.body, found.evidence) == (sent.cards[0].body, sent.cards[0].evidence)
    assert found.feedback == ()


def test_a_handle_that_was_never_given_finds_nothing(store, keyring, call):
    store.record(call())
    for handle in (keyring.handle("a-card-9"), "a-card-0", "", "' OR 1=1 --"):
        assert store.card_by_handle(handle) is None


def test_the_same_call_again_adds_only_its_audit_row(store, call, rows):
    assert [store.record(call()) for _ in range(3)] == ["stored", "repeated", "repeated"]
    assert rows(COUNTS) == [(1, 2)]
    assert rows("SELECT action, outcome FROM audit ORDER BY seq") == [
        ("invoke", "answered"),
        ("invoke", "repeated"),
        ("invoke", "repeated"),
    ]


def test_the_same_call_from_many_threads_is_stored_once(store, call, rows):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: store.record(call()), range(24)))
    # Who could not wait for the writers before went to the journal.
    assert store.drain() == results.count("journalled")
    assert results.count("stored") <= 1
    assert rows(COUNTS) == [(1, 2)]
    assert rows("SELECT count(*) FROM audit") == [(24,)]
    assert store.verify_audit().intact


def test_a_call_without_cards_and_without_a_patient_is_stored_too(store, call, rows):
    quiet = call(patient=None, user=None, encounter=None, fhir_server=None, not_assessed=(), cards=())
    assert store.record(quiet) == "stored"
    assert rows("SELECT patient FROM invocation") == [(None,)]


def test_a_call_that_breaks_halfway_leaves_nothing(store, call, rows):
    broken = call()
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.record(replace(broken, cards=(broken.cards[0], broken.cards[0])))
    assert rows(COUNTS) == [(0, 0)]
    assert rows("SELECT count(*) FROM audit") == [(0,)]
    assert store.record(broken) == "stored"


def test_one_patient_has_one_pseudonym_within_a_tenant_and_another_outside(store, call, rows):
    for name, tenant in (("a", "north"), ("b", "north"), ("c", "south")):
        store.record(call(name, tenant=tenant))
    (a,), (b,), (c,) = rows("SELECT patient FROM invocation ORDER BY id")
    assert a == b != c


def test_a_time_without_a_zone_is_refused(store, call):
    naive = call()
    with pytest.raises(Exception, match="aware"):
        store.record(replace(naive, at=naive.at.replace(tzinfo=None)))


@ON_SQLITE
def test_no_clinical_text_stands_in_clear_in_any_file(store, settings, call, feedback_item, gone, keyring):
    canary = "ZEBRACANARY"
    sent = call(
        patient=f"{canary}-patient",
        user=f"Practitioner/{canary}",
        encounter=f"{canary}-encounter",
        fhir_server=f"https://ehr.example/{canary}",
        hook_instance=f"{canary}-instance",
        not_assessed=({"topic": "renal-dosing", "reason": canary},),
    )
    first = replace(
        sent.cards[0],
        body={**sent.cards[0].body, "summary": canary},
        evidence={"facts": [canary]},
        suggestions=(SuggestionRecord("a-card-0-stop", 0, canary), SuggestionRecord("a-card-0-replace", 1, canary)),
    )
    store.record(replace(sent, cards=(first, sent.cards[1])))
    words = {"reason_system": canary, "reason_code": canary, "reason_display": canary, "comment": canary}
    overridden = feedback_item(outcome="overridden", suggestions=(), **words)
    store.add_feedback(sent.tenant, sent.issuer, sent.service, [overridden, feedback_item(card=canary)])
    store.add_opinion("a-card-0", sent.tenant, f"Practitioner/{canary}", "wrong", None, canary, sent.at)
    store.sessions.put("launch", canary, {"token": canary}, 4e9)
    with gone():
        store.record(call("b", patient=canary, not_assessed=({"reason": canary},)))
    assert store.card_by_handle(keyring.handle("a-card-0")).feedback[0].comment == canary
    files = [path for path in settings.run_dir.rglob("*") if path.is_file()]
    assert {"countersign.sqlite3", "countersign.sqlite3-wal", "records.jsonl"} <= {path.name for path in files}
    assert [path.name for path in files if canary.encode() in path.read_bytes()] == []


def test_a_sealed_value_moved_to_another_row_does_not_open(store, call, keyring, rows):
    store.record(call())
    store.record(call("b"))
    other = "(SELECT content_sealed FROM invocation WHERE id = 'b-call')"
    rows(f"UPDATE invocation SET content_sealed = {other} WHERE id = 'a-call'")  # noqa: S608
    with pytest.raises(SealBroken):
        store.card_by_handle(keyring.handle("a-card-0"))


@ON_SQLITE
def test_the_database_file_is_for_its_owner_alone(store, call, past):
    store.record(call())
    for name in (past.file.name, past.file.name + "-wal", past.file.name + "-shm"):
        assert past.file.with_name(name).stat().st_mode & 0o077 == 0


def test_a_database_taken_away_is_noticed_and_does_not_come_back_empty(store, call, gone, past, rows):
    store.record(call())
    with gone():
        assert store.record(call("b")) == "journalled"
        assert not store.reachable()
        assert not (past.on_sqlite and past.file.exists())
        with pytest.raises(StoreUnavailable):
            store.add_feedback("north", "https://ehr.example/north", "medication-safety", [])
    assert store.drain() == 1
    assert rows(COUNTS) == [(2, 4)]


@ON_SQLITE
def test_a_store_opens_before_its_database_answers(settings, keyring: Keyring, call):
    early = open_store(settings, keyring)
    assert not early.reachable()
    assert early.record(call()) == "journalled"
    assert not (settings.run_dir / "countersign.sqlite3").exists()
    early.close()
