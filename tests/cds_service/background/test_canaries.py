"""What EHRs say to our workers, planted, and what is written back to them: nowhere in clear, on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Response
from structlog.testing import capture_logs

from cds_service.settings import Settings
from cds_service.store import NoteAddress, Store
from tests.canaries import Canaries
from tests.cds_service.background.conftest import Run
from tests.cds_service.background.ehr_server import CLIENT, EhrServer, as_binary
from tests.cds_service.test_canaries import INVOKE, fresh, loaded
from tests.databases import Beside
from tests.running_service import RunningService
from tests.writable_fhir import WritableFhir

WORK = {"notes": ("notes", "work", "--once"), "write-back": ("governance", "write-back", "work", "--once")}


def outcome(words: Canaries) -> dict[str, Any]:
    issue = {"severity": "error", "code": "processing", "diagnostics": words.plant("diagnostics")}
    return {"resourceType": "OperationOutcome", "issue": [{**issue, "details": {"text": words.plant("details")}}]}


def answers(words: Canaries) -> dict[str, Any]:
    """What stands behind each Binary: a text, and failures that quote something."""
    quoting, word = json.dumps(outcome(words)), words.plant("header")
    return {
        words.plant("good address"): as_binary(f"Allergic to {words.plant('body of a note')}."),
        words.plant("failing address"): Response(quoting, status=500, content_type="application/fhir+json"),
        words.plant("gone address"): Response(quoting, status=410),
        words.plant("odd address"): Response(words.plant("odd body"), content_type=f"text/{word}"),
        words.plant("moved address"): Response("", status=302, headers={"Location": f"http://127.0.0.1:9/{word}"}),
        words.plant("foreign address"): {"resourceType": word, "contentType": word, "data": word},
    }


def bad_tokens(words: Canaries) -> list[tuple[str, int]]:
    """Answers of a token endpoint that hold no token."""
    name = words.known("name as an error code", "canary_gonzalez")
    said = {"error_description": words.plant("error description"), "error_uri": words.plant("error uri")}
    return [
        (json.dumps({"error": "invalid_client", **said}), 400),
        (json.dumps({"error": name, **said}), 401),
        (json.dumps({"access_token": f"{words.plant('broken token')}\n", "token_type": "bearer"}), 200),
        (json.dumps({"access_token": words.plant("mac token"), "token_type": "mac"}), 200),
        (f"<html>{words.plant('page')}</html>", 502),
    ]


@pytest.mark.covers("I-142")
def test_what_ehrs_say_to_the_workers_is_nowhere_in_clear(
    run: Run,
    settings: Settings,
    running: RunningService,
    store: Store,
    registered: EhrServer,
    database_urls: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    words, printed = Canaries(), ""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    body = loaded(words)
    with WritableFhir(["DetectedIssue"]) as server, capture_logs() as logged:
        enable_write_back(run, server, registered)
        wanted(store, registered, words)
        assert running.post(INVOKE, json.dumps(body).encode()).status == 200
        for number, registered.token_answer in enumerate((*bad_tokens(words), None)):
            if number:  # one failure less than those after which a note is given up
                printed += run(*WORK["notes"]).output
            make_due(running)
            printed += run(*WORK["write-back"]).output
        words.known("backend token", registered.tokens[-1])
        server.said, server.named = outcome(words), words.plant("id at the server")
        assert [one["patient"]["reference"] for one in server.kept] == [f"Patient/{words.planted['patient']}"]
        for server.next in ([400], [401], [422], [500], [503]):
            assert running.post(INVOKE, json.dumps(fresh(body)).encode()).status == 200
            printed += run(*WORK["write-back"]).output
        make_due(running)
        printed += run(*WORK["write-back"]).output + run("governance", "write-back", "status").output
    assert len(server.kept) >= 4
    assert store.notes.counts()["read"] >= 2
    assert len(logged) > 5
    assert words.in_text(str(logged)) == words.in_text(printed) == []
    folder = request.getfixturevalue("postgres").folder if database_urls else None
    assert words.in_store(settings, folder) == []
    assert words.in_files(temporary) == []


def enable_write_back(run: Run, server: WritableFhir, ehr: EhrServer) -> None:
    base = ("--tenant", "local", "--fhir-base", server.url)
    token = ("--token-url", f"{ehr.url}/token")
    assert run("clients", "add-backend", *base, "--client-id", CLIENT, *token).exit_code == 0
    assert run("governance", "write-back", "enable", *base).exit_code == 0


def wanted(store: Store, ehr: EhrServer, words: Canaries) -> None:
    ehr.documents, base = answers(words), f"{ehr.url}/fhir"
    patient = words.plant("patient")
    assert store.notes.want([NoteAddress("local", patient, base, f"{base}/Binary/{one}") for one in ehr.documents])


def make_due(running: RunningService) -> None:
    """What waits for its next try is tried now."""
    past = Beside(running.settings.database_url)
    past.run("UPDATE outbox SET due_at = '2026-01-01 00:00:00' WHERE state = 'waiting'")
    past.run("UPDATE note_body SET wanted_at = '2026-01-01 00:00:00' WHERE state = 'wanted'")
