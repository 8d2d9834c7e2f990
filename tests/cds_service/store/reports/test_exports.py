"""What leaves in bulk: feedback joined with what was advised, and the audit trail as AuditEvents, by command."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.auditevent import AuditEvent as R4BAuditEvent
from fhir.resources.R4B.detectedissue import DetectedIssue

from cds_service.cli import commands
from cds_service.governance.writing import inert
from cds_service.store import AuditEvent
from tests.balp import violations

CALLER = ("north", "https://ehr.example/north", "medication-safety")
TODAY = datetime.now(UTC)
PERIOD = (
    "--from",
    (TODAY - timedelta(days=1)).date().isoformat(),
    "--to",
    (TODAY + timedelta(days=2)).date().isoformat(),
)
EVER = ("--from", "2020-01-01", "--to", "2100-01-01")


@pytest.fixture
def run(settings, monkeypatch):
    """A command of `python -m cds_service` on the store of this test; its standard output."""
    for name in ("run_dir", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))

    def command(*words: str) -> str:
        result = CliRunner().invoke(commands()[words[0]], list(words[1:]), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return command


@pytest.fixture
def told(store, call, feedback_item):
    """One card accepted, then overridden with a comment that a spreadsheet would run; one opinion in the app."""
    sent = call()
    body = {**sent.cards[0].body, "suggestions": [{"uuid": "a-card-0-stop", "label": "Cancel this order"}]}
    store.record(replace(sent, cards=(replace(sent.cards[0], body=body), sent.cards[1])))
    store.add_feedback(*CALLER, [feedback_item()])
    later = feedback_item().at + timedelta(minutes=1)
    words = {"reason_system": "urn:x", "reason_code": "own", "reason_display": "=cmd|' /C calc'!A0"}
    store.add_feedback(
        *CALLER, [feedback_item(outcome="overridden", suggestions=(), at=later, comment="@SUM(A1)", **words)]
    )
    store.add_opinion("a-card-0", "north", "Practitioner/9", "useful", None, None, later)


@pytest.mark.covers("Q47", "Q48")
def test_the_feedback_export_tells_intervention_action_feedback_user_date_and_location(run, told):
    first, second, third = csv.DictReader(io.StringIO(run("governance", "export-feedback", *PERIOD)))
    assert (first["service"], first["check"], first["rule"], first["version"]) == (
        "medication-safety",
        "drug-interaction",
        "warfarin-tmp-smx",
        "2026.11",
    )
    assert (first["action"], first["accepted"]) == ("accepted", "Cancel this order")
    assert (first["user"], first["user_from"]) == ("Practitioner/7", "the hook's context")
    assert (first["date"], first["location"], first["tenant"]) == ("2026-11-23T09:30:00+00:00", "encounter-3", "north")
    assert (second["reason_code"], second["reason_offered"]) == ("own", "False")
    assert (third["action"], third["user"], third["user_from"]) == ("useful", "Practitioner/9", "the app's session")


@pytest.mark.covers("C-68")
def test_a_spreadsheet_runs_nothing_of_the_export(run, told):
    rows = list(csv.DictReader(io.StringIO(run("governance", "export-feedback", *PERIOD))))
    assert rows[1]["reason"] == "'=cmd|' /C calc'!A0"
    assert rows[1]["comment"] == "'@SUM(A1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\u200b=1", "\ufeff=1"])
def test_whatever_a_spreadsheet_takes_for_a_formula_is_made_text(text):
    assert inert(text) == f"'{text}"


def test_ndjson_tells_the_same_and_what_is_not_known_is_null(run, told):
    rows = [
        json.loads(line) for line in run("governance", "export-feedback", *PERIOD, "--format", "ndjson").splitlines()
    ]
    assert [row["action"] for row in rows] == ["accepted", "overridden", "useful"]
    assert rows[0]["reason_code"] is rows[0]["comment"] is None
    assert rows[1]["comment"] == "@SUM(A1)"


def test_fhir_gives_a_detected_issue_with_each_event_as_a_mitigation(run, told):
    (line,) = run("governance", "export-feedback", *PERIOD, "--format", "fhir").splitlines()
    issue = json.loads(line)
    DetectedIssue.model_validate(issue)
    assert issue["patient"] == {"reference": "Patient/patient-1"}
    assert [one["author"]["reference"] for one in issue["mitigation"]] == ["Practitioner/7"] * 2 + ["Practitioner/9"]
    assert {"url": "urn:countersign:location", "valueReference": {"reference": "Encounter/encounter-3"}} in issue[
        "extension"
    ]


def test_an_export_is_on_record_and_a_period_without_feedback_is_empty(run, told, rows):
    assert run("governance", "export-feedback", "--from", "2020-01-01", "--to", "2020-02-01").count("\n") == 1
    begun, done = rows("SELECT action, outcome, detail FROM audit WHERE action LIKE 'export%' ORDER BY seq")
    assert begun[:2] == ("export-feedback", "begun")
    assert (done[:2], json.loads(done[2])) == (("export-feedback", "done"), {"count": 0, "reason": "csv"})


def test_an_exported_file_is_for_its_owner_and_none_is_overwritten(run, told, tmp_path):
    path = tmp_path / "feedback.csv"
    run("governance", "export-feedback", *PERIOD, "--output", str(path))
    assert path.stat().st_mode & 0o077 == 0
    words = ["export-feedback", *PERIOD, "--output", str(path)]
    assert CliRunner().invoke(commands()["governance"], words).exit_code == 2


@pytest.mark.covers("I-143")
def test_the_trail_is_exported_as_audit_events_of_the_basic_patterns(run, told, store):
    issuer = "https://ehr.example/north"
    read = AuditEvent("fhir-read", "read", "north", issuer, "a-call", {"resource_type": "Observation"}, "patient-1")
    store.audit(read)
    store.audit(AuditEvent("invoke", "refused", "north", issuer, "medication-safety", {"status": 401}))
    events = [json.loads(line) for line in run("audit", "export", *EVER).splitlines()]
    for event in events:
        R4BAuditEvent.model_validate(event)
        assert violations(event) == [], event
    reads = [event for event in events if event["subtype"][0]["code"] == "read"]
    assert (reads[0]["action"], reads[0]["outcome"]) == ("R", "0")
    patients = [one for one in reads[0]["entity"] if one["type"]["code"] == "1"]
    assert patients[0]["what"] == {"reference": "Patient/patient-1"}
    assert patients[0]["role"]["code"] == "1"
    assert events[-2]["outcome"] == "4"
    assert (events[-1]["subtype"][1]["code"], events[-1]["outcomeDesc"]) == ("export-audit", "begun")
    invoked = [event for event in events if event["subtype"][1]["code"] == "invoke" and event["outcome"] == "0"]
    assert invoked[0]["entity"][0]["what"] == {"reference": "Patient/patient-1"}
    assert run("audit", "verify").startswith("8 rows, every link fits")


def test_keys_and_approvals_are_on_record_before_and_after_their_files_change(run, store, rows, monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTERSIGN_KNOWLEDGE_DIR", str(tmp_path / "site"))
    run("governance", "keys", "add")
    by = (TODAY + timedelta(days=90)).date().isoformat()
    who = ("--role", "pharmacist", "--approver", "A. Reviewer", "--review-by", by)
    run("knowledge", "approve", "duplicate-same-ingredient", *who)
    told = rows("SELECT action, outcome, detail FROM audit ORDER BY seq")
    assert [row[:2] for row in told] == [
        ("key-add", "begun"),
        ("key-add", "done"),
        ("approve-knowledge", "begun"),
        ("approve-knowledge", "done"),
    ]
    assert json.loads(told[3][2])["role"] == "pharmacist"
    assert "Reviewer" not in told[3][2]
