"""`serve` as a person starts it: the whole service with models and tables, and nothing left when it is told to stop."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cds_service.settings import Settings
from tests.cds_service.web.conftest import INVOKE, ROOT, free_port, order_sign_body, request, wait_until_alive
from tests.cds_service.web.ops.test_commands import countersign
from tests.hook_calls import active, bundle, discharge, patient_view

WARFARIN = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/p1"},
    "medicationCodeableConcept": {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "11289", "display": "warfarin"}]
    },
}


def typed_order(text: str, *active: dict[str, Any]) -> dict[str, Any]:
    """An order-sign call as an EHR sends it after someone typed `text` for a patient with these medications."""
    draft = {
        "resourceType": "MedicationRequest",
        "id": "d1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": text},
    }
    medications = {"resourceType": "Bundle", "type": "searchset", "total": len(active)}
    medications["entry"] = [{"resource": one} for one in active]
    nothing = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    body = order_sign_body(draftOrders={"resourceType": "Bundle", "entry": [{"resource": draft}]})
    return {**body, "prefetch": {"medications": medications, "allergies": nothing}}


def feedback_of(bind: str, card: dict[str, Any]) -> tuple[int, bytes]:
    """What the service answers when the card's first suggestion is accepted."""
    item = {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}],
        "outcomeTimestamp": "2026-11-23T10:00:00Z",
    }
    raw = json.dumps({"feedback": [item]}).encode()
    reply = request(bind, "POST", f"{INVOKE}/feedback", raw, {"Content-Type": "application/json"})
    return reply.status, reply.content


@contextmanager
def served(folder: Path, **variables: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    bind = f"127.0.0.1:{free_port()}"
    given = {f"COUNTERSIGN_{name.upper()}": value for name, value in variables.items()}
    environment = {**os.environ, "COUNTERSIGN_RUN_DIR": str(folder), "PYTHONPATH": str(ROOT), **given}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "cds_service", "serve", "--bind", bind]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until_alive(bind, process)
        yield process, bind
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert countersign(tmp_path, "migrate").returncode == 0
    return tmp_path


def processes_of(group: int) -> list[int]:
    """Children of a gunicorn, by their parent or by the command line that they share."""
    return [int(pid) for pid in Path(f"/proc/{group}/task/{group}/children").read_text().split()]


def gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_typed_order_is_answered_and_no_process_is_left_after_the_signal(folder: Path, told: signal.Signals) -> None:
    with served(folder, client_auth="off") as (process, bind):
        raw = json.dumps(typed_order("bactrim ds bid x 10d", WARFARIN)).encode()
        reply = request(bind, "POST", INVOKE, raw, {"Content-Type": "application/json"})
        assert reply.status == 200
        cards = {card["source"]["topic"]["code"]: card for card in reply.json()["cards"]}
        assert feedback_of(bind, cards["drug-interaction"]) == (200, b"")
        assert {one["id"] for one in json.loads(request(bind, "GET", "/cds-services", None, ()).content)["services"]}
        assert '"event":"worker started"' in (folder / "log").read_text()
        workers = processes_of(process.pid)
        assert len(workers) == 2
        process.send_signal(told)
        assert process.wait(timeout=60) == 0
        give_up = time.monotonic() + 60
        while not all(gone(pid) for pid in workers) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert all(gone(pid) for pid in workers)


def test_authentication_is_on_unless_someone_turns_it_off(folder: Path) -> None:
    with served(folder) as (_, bind):
        raw = json.dumps(typed_order("bactrim ds")).encode()
        assert request(bind, "POST", INVOKE, raw, {"Content-Type": "application/json"}).status == 401
        assert request(bind, "GET", "/cds-services", None, ()).status == 200


def test_check_prints_the_cards_of_a_file_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(typed_order("bactrim ds bid x 10d", WARFARIN)))
    ended = countersign(tmp_path / "run", "check", str(path))
    assert ended.returncode == 0, ended.stderr
    assert "warfarin" in ended.stdout.lower()
    assert not (tmp_path / "run").exists()


def test_check_says_everything_that_is_wrong_with_a_request_and_where(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"hook": "order-sign", "hookInstance": "7", "context": {"userId": "u1"}}))
    ended = countersign(tmp_path, "check", str(path))
    assert ended.returncode == 1
    assert "Not valid: 4 faults" in ended.stdout
    for place in ("hookInstance", "context.userId", "context.patientId", "context.draftOrders"):
        assert f"\n    {place}: " in ended.stdout
    listed = json.loads(countersign(tmp_path, "check", "--json", str(path)).stdout)
    assert listed["faults"][0]["path"] == "hookInstance"


@pytest.mark.parametrize("text", ["{", '{"hook": "order-sign", "hook": "order-select"}', "[]"])
def test_check_refuses_what_is_not_one_strict_json_object(tmp_path: Path, text: str) -> None:
    path = tmp_path / "request.json"
    path.write_text(text)
    ended = countersign(tmp_path, "check", str(path))
    assert ended.returncode == 1
    assert "Not valid: 1 fault" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_check_answers_for_the_dialect_and_the_service_that_are_named(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(typed_order("bactrim ds bid x 10d", WARFARIN)))
    card = json.loads(countersign(tmp_path, "check", "--json", "--dialect", "epic", str(path)).stdout)["cards"][0]
    assert card["source"]["topic"]["code"].isalnum()
    other = countersign(tmp_path, "check", "--service", "companion-orders", str(path))
    assert "companion-orders answers order-sign" in other.stdout
    assert countersign(tmp_path, "check", "--service", "nonsense", str(path)).returncode == 2


def test_check_asks_every_service_of_the_hook_and_says_which_need_what(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(discharge(medications=bundle(active("warfarin 5 mg daily")))))
    told = countersign(tmp_path, "check", str(path)).stdout
    assert "care-checklist answers encounter-discharge" in told
    assert "discharge-instructions answers encounter-discharge with 1 card." in told
    joined = json.loads(countersign(tmp_path, "check", "--json", str(path)).stdout)
    assert "discharge-instructions" in [card["source"]["topic"]["code"] for card in joined["cards"]]
    viewed = patient_view()
    path.write_text(json.dumps({**viewed, "prefetch": {"patient": viewed["prefetch"]["patient"]}}))
    told = countersign(tmp_path, "check", str(path)).stdout
    assert "care-checklist answers patient-view" in told
    assert "chart-reconciliation was not asked: required and neither in prefetch nor to be had: notes" in told
    path.write_text(json.dumps({**viewed, "prefetch": {}}))
    ended = countersign(tmp_path, "check", str(path))
    assert ended.returncode == 1 and "Not valid: 2 faults" in ended.stdout


def test_the_tables_are_counted_linted_and_their_coverage_printed(tmp_path: Path) -> None:
    assert "rows can fire" in countersign(tmp_path, "knowledge", "stats").stdout
    assert "are usable" in countersign(tmp_path, "knowledge", "lint").stdout
    matrix = countersign(tmp_path, "knowledge", "coverage", "--topic", "renal-dosing").stdout
    assert "metformin" in matrix
    assert countersign(tmp_path, "knowledge", "coverage", "--topic", "nonsense").returncode == 2


def test_a_site_table_with_a_bad_row_stops_the_start_with_file_and_line(folder: Path) -> None:
    site = folder / "site"
    site.mkdir()
    shipped = ROOT / "cds_service" / "knowledge" / "tables" / "monitors.csv"
    header = shipped.read_text("utf-8").splitlines()[0]
    (site / "monitors.csv").write_text(header + "\nbad,row\n")
    ended = countersign(folder, "serve", knowledge_dir=str(site))
    assert ended.returncode == 1
    assert "monitors.csv" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_service_settings_of_the_public_start_are_the_documented_ones() -> None:
    from cds_service import gunicorn_config

    assert gunicorn_config.worker_class == "cds_service.gunicorn_worker.PatientWorker"
    assert not gunicorn_config.preload_app
    assert gunicorn_config.graceful_timeout * 1000 > Settings.from_env({}).deadline_ms


def test_a_worker_that_has_started_leaves_its_tables_out_of_the_search_for_cycles() -> None:
    from cds_service.gunicorn_config import NEW_OBJECTS, leave_the_tables_alone

    before = gc.get_threshold()
    try:
        leave_the_tables_alone()
        assert gc.get_freeze_count() > 0 and gc.get_threshold()[0] == NEW_OBJECTS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
