"""The worker as it runs, in a process of its own, and a hook call's notes before and after it has read them."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Response

from cds_service.chart.supplied import Supplied
from cds_service.errors import StoreUnavailable
from cds_service.fhir.note_bodies import KEY, NAMELESS, NO_ACCESS, NOT_READ, READ_AT, Caller, with_known_bodies
from cds_service.fhir.prefetch import Prefetch
from cds_service.fhir.tenant import LOCAL, Tenant
from cds_service.settings import Settings
from cds_service.store import BackendClient, NoteBody, Store
from tests import hook_calls
from tests.cds_service.background.conftest import Run
from tests.cds_service.background.ehr_server import EhrServer, as_binary
from tests.running_service import ROOT, RunningService

NOW = datetime.now(UTC)
RECONCILIATION = "chart-reconciliation"


def note(url: str, number: int = 1, **attachment: Any) -> dict[str, Any]:
    content = {"attachment": {"contentType": "text/plain", "url": url, **attachment}}
    subject = {"reference": "Patient/p1"}
    return {"resourceType": "DocumentReference", "id": f"n{number}", "subject": subject, "content": [content]}


def filled(
    store: Store, fhir_server: str | None, *notes: dict[str, Any], tenant: Tenant = LOCAL
) -> list[dict[str, Any]]:
    prefetch = Prefetch({KEY: Supplied("data", notes)})
    found = with_known_bodies(prefetch, Caller(tenant, "p1", fhir_server), store.notes, datetime.now(UTC))
    return [one["content"][0]["attachment"] for one in found.supplied[KEY].resources]


@pytest.mark.covers("N9", "design-2.4-notes")
def test_a_note_is_wanted_by_the_first_call_read_by_the_worker_and_there_in_the_next(
    settings: Settings, store: Store, registered: EhrServer
) -> None:
    registered.documents = {"one": as_binary("Allergic to latex."), "scan": as_binary("%PDF", "application/pdf")}
    base = f"{registered.url}/fhir"
    notes = (note("Binary/one"), note(f"{base}/Binary/scan", 2), note("Binary/inline", 3, data="aGk="))
    before = filled(store, base, *notes)
    assert ["data" in one for one in before] == [False, False, True]
    worker = subprocess.Popen([sys.executable, "-m", "cds_service", "notes", "work"], env=environment(settings))
    try:
        give_up = time.monotonic() + 60
        while store.notes.counts() != {"read": 2} and time.monotonic() < give_up:
            assert worker.poll() is None
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=60) == 0
    read, scan, inline = filled(store, base, *notes)
    assert base64.b64decode(read["data"]).decode() == "Allergic to latex."
    (age,) = read["extension"]
    assert age["url"] == READ_AT and datetime.fromisoformat(age["valueDateTime"]) > NOW
    assert scan["extension"] == [{"url": NOT_READ, "valueString": "its kind is not read: application/pdf"}]
    assert inline == before[2]


def test_what_the_worker_read_is_offered_by_the_next_call(
    run: Run, running: RunningService, registered: EhrServer
) -> None:
    registered.documents = {
        "letter": as_binary("{\\rtf1\\ansi Allergies: penicillin (hives).\\par }", "application/rtf"),
        "scan": as_binary("%PDF", "application/pdf"),
    }
    far = [
        hook_calls.note(
            "", number, on=f"@now-{number}d", content=[{"attachment": {"contentType": kind, "url": f"Binary/{name}"}}]
        )
        for number, (name, kind) in enumerate({"letter": "application/rtf", "scan": "application/pdf"}.items(), 1)
    ]
    opened = {**hook_calls.patient_view(*far), "fhirServer": f"{registered.url}/fhir"}
    before = running.ask(opened, RECONCILIATION)
    assert before.cards == []
    assert len([said for said in before.not_assessed if "stands behind a reference" in said]) == 2
    assert run("notes", "work", "--once").exit_code == 0
    again = running.ask({**opened, "hookInstance": str(uuid.uuid4())}, RECONCILIATION)
    (card,) = again.cards
    (suggestion,) = card["suggestions"]
    resource = suggestion["actions"][0]["resource"]
    assert (resource["resourceType"], resource["code"]["text"]) == ("AllergyIntolerance", "penicillin")
    assert f"its text fetched on {NOW.date().isoformat()}" in card["detail"]
    (left,) = [said for said in again.not_assessed if "progress note" in said]
    assert "its kind is not read: application/pdf" in left


@pytest.mark.covers("D18", "SC14")
def test_a_text_is_fetched_only_for_the_patient_that_its_document_names(store: Store) -> None:
    """Our own access reaches every patient of the server, so a call must not point it anywhere."""
    base = "http://127.0.0.1:9/fhir"
    registered_at(store, "local", base)
    nameless = {name: value for name, value in note("Binary/1").items() if name != "subject"}
    other = {**note("Binary/2", 2), "subject": {"reference": "Patient/p2"}}
    for said in filled(store, base, nameless, other):
        assert said["extension"] == [{"url": NOT_READ, "valueString": NAMELESS}]
    assert store.notes.counts() == {}
    absolute = {**note("Binary/3", 3), "subject": {"reference": f"{base}/Patient/p1"}}
    assert "extension" not in filled(store, base, absolute)[0]
    assert store.notes.counts() == {"wanted": 1}


@pytest.mark.covers("D18", "SC14")
@pytest.mark.parametrize("told", ["securityContext", "header"])
def test_a_text_of_which_the_server_says_that_it_is_another_patients_is_not_kept(
    store: Store, registered: EhrServer, run: Run, told: str
) -> None:
    base = f"{registered.url}/fhir"
    owners = {
        "theirs": "Patient/p2",
        "absolute": f"{base}/Patient/p2",
        "own": "Patient/p1",
        "ours": f"{base}/Patient/p1",
    }
    for name, owner in owners.items():
        if told == "header":
            registered.documents[name] = Response(
                "Allergic.", content_type="text/plain", headers={"X-Security-Context": owner}
            )
        else:
            registered.documents[name] = {**as_binary("Allergic."), "securityContext": {"reference": owner}}
    notes = [note(f"Binary/{name}", number) for number, name in enumerate(owners)]
    filled(store, base, *notes)
    assert run("notes", "work", "--once").exit_code == 0
    found = filled(store, base, *notes)
    assert ["data" in one for one in found] == [False, False, True, True]
    assert "another patient" in found[0]["extension"][0]["valueString"]


def registered_at(store: Store, tenant: str, base: str) -> None:
    store.registrations.add_backend_client(
        BackendClient(tenant, base, "us", f"{base}/token", "ES384", ("system/Binary.r",))
    )


def environment(settings: Settings) -> dict[str, str]:
    names = ("run_dir", "bind", "client_auth", "database_url", "replay_database_url")
    given = {f"COUNTERSIGN_{name.upper()}": str(getattr(settings, name)) for name in names}
    return {**os.environ, **given, "PYTHONPATH": str(ROOT)}


@pytest.mark.covers("D12", "E9")
def test_only_addresses_under_a_registered_base_are_wanted(store: Store) -> None:
    north = Tenant("north", "iss", fhir_bases=("https://ehr.example/fhir",))
    strange = ("https://evil.example/Binary/1", "https://ehr.example/other/Binary/1", "../Binary/1", "javascript:1", "")
    filled(store, None, *(note(url, number) for number, url in enumerate(strange)), tenant=north)
    filled(store, "https://evil.example/fhir", note("Binary/1"), tenant=north)
    assert store.notes.counts() == {}
    (said,) = filled(store, None, note("Binary/1"), tenant=north)
    assert said["extension"] == [{"url": NOT_READ, "valueString": NO_ACCESS}]
    assert store.notes.counts() == {}, "nobody would ever read it"
    registered_at(store, "north", "https://ehr.example/fhir/")
    filled(store, None, note("Binary/1"), tenant=north)
    assert store.notes.counts() == {"wanted": 1}


def test_a_text_that_is_too_old_is_not_used(store: Store) -> None:
    base = "http://127.0.0.1:9/fhir"
    registered_at(store, "local", base)
    filled(store, base, note("Binary/old"))
    assert store.notes.counts() == {"wanted": 1}
    old = datetime.now(UTC) - timedelta(days=31)
    store.notes.keep(store.notes.id_of("local", f"{base}/Binary/old"), NoteBody("old text", None, old))
    assert "data" not in filled(store, base, note("Binary/old"))[0]


class Down:
    def bodies(self, *_: object) -> dict[str, NoteBody]:
        raise StoreUnavailable

    def want(self, *_: object) -> int:
        raise StoreUnavailable


def test_a_store_that_is_down_leaves_the_call_its_notes_as_sent() -> None:
    prefetch = Prefetch({KEY: Supplied("data", (note("Binary/1"),))})
    assert with_known_bodies(prefetch, Caller(LOCAL, "p1", "http://127.0.0.1:9/fhir"), Down(), NOW) is prefetch
