"""What has been kept long enough is erased by command; holds, the chain and a wrong clock stand in its way."""

from __future__ import annotations

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cds_service.cli import commands
from cds_service.errors import InvalidRequest
from cds_service.store import AuditEvent, ClockInDoubt, Periods, open_store
from cds_service.store.upkeep.resealing import sealed_columns
from cds_service.store.upkeep.retention import Counts
from tests.cds_service.store.conftest import NOTE
from tests.databases import ON_POSTGRESQL
from tests.stored_feedback import feedback_for

OLD = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = Periods(calls=timedelta(days=100), comments=timedelta(days=50), audit=timedelta(days=200))
CALLER = ("north", "https://ehr.example/north", "medication-safety")
# Sealed columns that retention leaves alone, and why. Every other one, and every new one, must be empty in the end.
KEPT = {
    "known_unit.name_sealed": "the name of a ward",
    "role_grant.person_sealed": "staff, until the role is revoked",
    "smart_client.secret_sealed": "a secret of ours",
    "smart_client.private_jwk_sealed": "a secret of ours",
    "own_key.private_sealed": "a secret of ours",
}
LEFT = (
    "SELECT count(*) FROM invocation WHERE length(content_sealed) > 0 OR length(context_sealed) > 0 "
    "UNION ALL SELECT count(*) FROM feedback WHERE length(words_sealed) > 0 "
    "UNION ALL SELECT count(*) FROM known_patient"
)


@pytest.fixture
def kept(store, settings, keyring, call, feedback_item):
    """Two calls of January, one with feedback of then, and one of today; the clock stands at noon today."""
    past = open_store(settings, keyring, clock=lambda: OLD)
    past.record(call("old", at=OLD, patient="patient-old"))
    past.record(call("other", at=OLD, tenant="south", patient="patient-other"))
    past.add_feedback(*CALLER, [feedback_item("old-card-0", comment="she fell", at=OLD)])
    past.close()
    today = open_store(settings, keyring, clock=lambda: NOW)
    today.record(call("new", at=NOW - timedelta(hours=3)))
    yield today
    today.close()


def test_a_dry_run_counts_and_changes_nothing(kept, rows):
    before = rows(LEFT)
    assert kept.retention.due(DAYS) == Counts(calls=2, comments=1, patients=0, audit_rows=3, held=0)
    assert rows(LEFT) == before
    assert kept.verify_audit().rows == 4


def test_clinical_text_is_erased_and_what_measures_count_stays(kept, rows, keyring):
    assert kept.retention.run(DAYS) == Counts(calls=2, comments=1, patients=2, audit_rows=3, held=0)
    assert sorted(rows(LEFT)) == [(0,), (1,), (1,)]
    assert rows("SELECT count(*) FROM card") == [(6,)]
    assert rows("SELECT outcome FROM feedback") == [("accepted",)]
    assert kept.card_by_handle(keyring.handle("old-card-0")) is None
    assert kept.card_by_handle(keyring.handle("new-card-0")) is not None
    assert [one.erased for one in feedback_for(kept, "old-card-0")] == [True]
    assert kept.retention.run(DAYS) == Counts(0, 0, 0, 0, 0)


def test_the_chain_holds_from_where_it_was_cut_and_every_erasure_is_on_record(kept, rows):
    kept.retention.run(DAYS)
    verdict = kept.verify_audit()
    assert verdict.intact
    actions = [action for (action,) in rows("SELECT action FROM audit ORDER BY seq")]
    assert actions == ["invoke", "retain-calls", "retain-feedback", "retain-audit", "retain-patients"]
    assert rows("SELECT min(seq) FROM audit") == [(4,)]


def test_rows_that_somebody_else_cut_off_the_beginning_are_missed(kept, rows, past):
    kept.retention.run(DAYS)
    rows("UPDATE audit_end SET seq = 5, link = (SELECT this FROM audit WHERE seq = 5) WHERE name = 'start'")
    rows("DELETE FROM audit WHERE seq <= 5")
    assert kept.verify_audit().broken_at is not None


@pytest.mark.parametrize(
    "hold",
    [
        {"tenant": "north"},
        {"tenant": "north", "patient": "patient-old"},
        {"tenant": "north", "card_uuid": "old-card-1"},
        {"tenant": "south"},
        {"tenant": "nowhere"},
    ],
)
def test_a_hold_keeps_what_it_is_about_until_it_is_lifted(kept, hold, rows):
    placed = kept.holds.place(case_id="case-7", **hold)
    held = hold["tenant"] != "nowhere"
    counts = kept.retention.run(DAYS)
    assert (counts.calls, counts.held) == (1 if held else 2, 1 if held else 0)
    assert counts.comments == (1 if hold["tenant"] != "north" else 0)
    assert kept.verify_audit().intact
    kept.holds.lift(placed)
    assert kept.retention.run(DAYS).held == 0
    assert rows(LEFT)[:2] == [(1,), (0,)]
    assert [bool(one.lifted_at) for one in kept.holds.all()] == [True]


def test_a_hold_stops_the_cut_of_the_trail_before_its_first_row(kept, rows):
    kept.holds.place("south", "case-7")
    assert kept.retention.run(DAYS).audit_rows == 1
    assert rows("SELECT min(seq) FROM audit") == [(2,)]
    assert kept.verify_audit().intact


def test_a_hold_on_a_card_of_another_tenant_or_lifted_twice_is_refused(kept):
    with pytest.raises(InvalidRequest, match="never sent"):
        kept.holds.place("south", "case-7", card_uuid="old-card-0")
    placed = kept.holds.place("south", "case-7")
    kept.holds.lift(placed)
    with pytest.raises(InvalidRequest, match="no such hold"):
        kept.holds.lift(placed)


@pytest.mark.covers("I-145")
@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650)])
def test_a_clock_that_jumped_ten_years_erases_nothing(kept, settings, keyring, jump, rows):
    before = rows(LEFT)
    wrong = open_store(settings, keyring, clock=lambda: NOW + jump)
    with pytest.raises(ClockInDoubt, match="newest audit row"):
        wrong.retention.run(DAYS)
    wrong.close()
    assert rows(LEFT) == before


@pytest.mark.covers("I-145")
def test_a_run_has_a_most_and_the_next_one_goes_on(kept):
    assert kept.retention.run(DAYS, most=1).calls == 1
    assert kept.retention.run(DAYS, most=1).calls == 1
    assert kept.retention.run(DAYS, most=1).calls == 0


@ON_POSTGRESQL
def test_a_patient_who_comes_back_while_the_id_is_being_forgotten_is_known(kept, settings, call, past):
    """Retention has its turn in the chain and is about to delete; the call waits for that turn and then looks anew."""
    kept.record(call("first", at=NOW, patient="patient-back"))
    came_back = call("back", at=NOW, patient="patient-back")
    with past.line() as line:
        line.exec_driver_sql("SELECT * FROM countersign_audit_head()")
        with ThreadPoolExecutor(1) as pool:
            recorded = pool.submit(kept.record, came_back)
            time.sleep(0.1)
            line.exec_driver_sql("DELETE FROM known_patient")
            line.exec_driver_sql("COMMIT")
            assert recorded.result() == "stored"
    assert past.run(
        "SELECT count(*) FROM audit WHERE action = 'invoke' AND seq = (SELECT max(seq) FROM audit) "
        "AND patient IN (SELECT pseudonym FROM known_patient)"
    ) == [(1,)]


def test_in_the_end_no_sealed_column_holds_anything_about_a_person(filled, settings, keyring, rows):
    late = open_store(settings, keyring, clock=lambda: datetime(2100, 1, 1, tzinfo=UTC))
    late.retention.run(DAYS, clock_is_right=True)
    assert late.verify_audit().intact
    late.close()
    left = {
        f"{table.name}.{column.name}"
        for table, column in sealed_columns()
        if rows(f"SELECT count(*) FROM {table.name} WHERE length({column.name}) > 0") != [(0,)]  # noqa: S608
    }
    assert left == set(KEPT)


def test_an_answer_to_feedback_is_erased_after_its_own_time_unless_a_hold_keeps_what_it_answers(
    kept, settings, keyring, rows
):
    ((key,),) = rows("SELECT natural_key FROM feedback")
    past = open_store(settings, keyring, clock=lambda: OLD)
    past.replies.add("north", key, "answered", "She is well.", "https://x/Practitioner/1", None)
    past.close()
    hold = kept.holds.place("north", "case-7", card_uuid="old-card-0")
    assert kept.retention.run(DAYS).comments == 0
    assert kept.replies.of([key])[key].words == "She is well."
    kept.holds.lift(hold)
    assert kept.retention.due(DAYS).comments == kept.retention.run(DAYS).comments == 2
    reply = kept.replies.of([key])[key]
    assert (reply.words, reply.by, reply.status) == (None, None, "answered")
    assert "retain-replies" in [action for (action,) in rows("SELECT action FROM audit")]


@pytest.mark.parametrize("hold", [{"tenant": "north"}, {"tenant": "north", "patient": "patient-0"}])
def test_a_hold_keeps_the_notes_of_its_patient_too(kept, hold):
    kept.notes.want([NOTE])
    placed = kept.holds.place(case_id="case-7", **hold)
    at_once = replace(DAYS, notes=timedelta(days=-1))
    kept.retention.run(at_once)
    assert kept.notes.counts() == {"wanted": 1}
    kept.holds.lift(placed)
    kept.retention.run(at_once)
    assert kept.notes.counts() == {}


def test_feedback_on_an_erased_card_is_still_taken(kept, feedback_item):
    kept.retention.run(DAYS)
    late = feedback_item("old-card-0", outcome="overridden", suggestions=(), at=NOW, reason_code="benefit")
    assert kept.add_feedback(*CALLER, [late]).stored == 1


def test_retention_and_holds_by_command(kept, settings, monkeypatch, rows):
    for name in ("run_dir", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COUNTERSIGN_RETAIN_CALL_DAYS", "100")
    monkeypatch.setenv("COUNTERSIGN_RETAIN_COMMENT_DAYS", "50")
    kept.audit(AuditEvent("view", "shown"))

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands()["governance"], list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    hold = run("hold", "place", "--tenant", "south", "--case", "case-7").strip()
    assert "case case-7" in run("hold", "list")
    said = run("retention", "--dry-run", "--clock-is-right")
    assert "1 calls with their cards after 100 days" in said
    assert "1 calls are past their period and kept by a legal hold" in said
    assert run("retention", "--clock-is-right").startswith("Erased:")
    run("hold", "lift", hold)
    exported = run("export-feedback", "--from", "2020-01-01", "--to", "2100-01-01")
    (row,) = csv.DictReader(io.StringIO(exported))
    assert (row["erased"], row["comment"], row["action"]) == ("the call and the comment", "", "accepted")
