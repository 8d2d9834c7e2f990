"""The audit trail: added to and never changed, and a change made behind our back is found."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from cds_service.store import AuditEvent, Keyring, open_store


@pytest.fixture
def tamper(past):
    """What somebody with the database and without the key could do: the triggers do not stop its owner."""
    on_sqlite = ("audit_refuses_update", "audit_refuses_delete")
    guards = on_sqlite if past.on_sqlite else ("audit_append_only ON audit", "audit_keeps_head ON audit")

    def run(statement: str) -> None:
        for guard in guards:
            past.run(f"DROP TRIGGER IF EXISTS {guard}")
        past.run(statement)

    return run


@pytest.fixture
def five_events(store, call):
    for page in ("card", "patient", "evidence", "quality"):
        event = AuditEvent("view", "shown", "north", "https://ehr", "a-card-0", {"page": page}, "patient-1")
        store.audit(event)
    store.record(call())


def test_every_event_is_a_link_of_one_chain(store, five_events, rows):
    verdict = store.verify_audit()
    assert verdict.intact
    assert verdict.rows == 5
    assert rows("SELECT this FROM audit ORDER BY seq DESC LIMIT 1") == [(verdict.head,)]
    assert rows("SELECT count(*) FROM audit a JOIN audit b ON a.seq = b.seq - 1 WHERE a.this = b.prev") == [(4,)]


def test_an_empty_trail_holds(store):
    assert store.verify_audit().intact
    assert store.verify_audit().rows == 0


@pytest.mark.parametrize("statement", ["UPDATE audit SET outcome = 'refused'", "DELETE FROM audit WHERE seq = 1"])
def test_a_row_cannot_be_changed_or_removed(five_events, rows, statement):
    with pytest.raises(IntegrityError, match="append-only"):
        rows(statement)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET outcome = 'refused' WHERE seq = 3", 3),
        ("UPDATE audit SET detail = '{}' WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 4", 4),
        ("UPDATE audit SET patient_sealed = id_sealed FROM known_patient WHERE seq = 1", 1),
        ("UPDATE audit SET patient = NULL WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 2", 3),
        ("UPDATE audit SET seq = seq + 100 WHERE seq = 5", 105),
        ("UPDATE audit SET this = (SELECT this FROM audit WHERE seq = 1) WHERE seq = 2", 2),
    ],
)
def test_a_change_behind_our_back_is_found_where_it_was_made(store, five_events, tamper, statement, broken_at):
    tamper(statement)
    verdict = store.verify_audit()
    assert not verdict.intact
    assert verdict.broken_at == broken_at


def test_a_cut_end_shows_against_a_head_kept_elsewhere(store, five_events, tamper):
    kept = store.verify_audit()
    tamper("DELETE FROM audit WHERE seq = 5")
    tamper("UPDATE audit_end SET seq = 4, link = (SELECT this FROM audit WHERE seq = 4) WHERE name = 'head'")
    assert store.verify_audit().intact
    assert store.verify_audit().head != kept.head


def test_another_key_cannot_make_the_chain_fit(store, five_events, settings):
    stranger = open_store(settings, Keyring("k", {"k": b"1" * 32}, b"2" * 32))
    assert stranger.verify_audit().broken_at == 1
    stranger.close()


def test_a_patient_is_sealed_with_the_same_pseudonym_as_in_the_call(store, five_events, rows):
    assert rows(
        "SELECT count(DISTINCT patient) FROM (SELECT patient FROM audit UNION SELECT patient FROM invocation) AS either"
    ) == [(1,)]
    assert rows("SELECT count(*) FROM audit WHERE patient NOT IN (SELECT pseudonym FROM known_patient)") == [(0,)]


@pytest.mark.parametrize("detail", [{"comment": "typed"}, {"reason": ["a", "list"]}, {"reason": {"a": 1}}])
def test_a_detail_that_is_not_on_the_list_is_refused(store, detail, rows):
    with pytest.raises(ValueError, match="audit detail"):
        store.audit(AuditEvent("view", "shown", detail=detail))
    assert rows("SELECT count(*) FROM audit") == [(0,)]


def test_an_overlong_detail_is_cut_because_the_refusal_must_stand_on_record(store, rows):
    store.audit(AuditEvent("invoke", "refused", detail={"jti": "x" * 100_000, "status": 401}))
    ((length,),) = rows("SELECT length(detail) FROM audit")
    assert length < 400
