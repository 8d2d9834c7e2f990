"""What still answers when a store is down, what a restart forgets, and what health says about it."""

from __future__ import annotations

import os
import shutil
import signal
import time
import uuid
from contextlib import closing
from pathlib import Path

import pytest

from cds_service.settings import Settings
from cds_service.store import Keyring, open_store
from tests.cds_service.web.conftest import INVOKE, Edge, order_sign_body, prepared, running, settings_for
from tests.cds_service.web.ehr_tokens import Ehr
from tests.cds_service.web.hooks.test_feedback import FEEDBACK, overridden

ISSUER = "https://ehr.example.org/fhir"


def guarded_at(folder: Path) -> tuple[Settings, Ehr]:
    settings = settings_for(folder)
    ehr = Ehr(ISSUER, "north", settings.public_url)
    return prepared(settings, ehr), ehr


def without(path: Path, edge: Edge) -> None:
    """Take a database away under the running service."""
    for file in path.parent.glob(f"{path.name}*"):
        shutil.move(file, file.with_name(f"gone-{file.name}"))
    time.sleep(1.1)  # health keeps a verdict for a second
    assert edge.process.poll() is None


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.mark.covers("A-34")
def test_hostile_34_a_token_stays_used_over_a_restart_of_all_workers(tmp_path: Path) -> None:
    settings, ehr = guarded_at(tmp_path)
    bearer = ehr.bearer()
    with running(settings) as edge:
        assert edge.post(INVOKE, order_sign_body(), bearer).status == 200
    with running(settings) as edge:
        assert edge.post(INVOKE, order_sign_body(), bearer).status == 401


@pytest.mark.covers("A-35")
def test_hostile_35_a_replay_store_that_is_down_is_503_and_never_200(tmp_path: Path) -> None:
    settings, ehr = guarded_at(tmp_path)
    with running(settings) as edge:
        assert edge.post(INVOKE, order_sign_body(), ehr.bearer()).status == 200
        without(path_of(settings.replay_database_url), edge)
        reply = edge.post(INVOKE, order_sign_body(), ehr.bearer())
        assert reply.status == 503
        assert reply.json()["issue"][0]["code"] == "transient"
        assert str(tmp_path).encode() not in reply.content
        ready = edge.get("/readyz")
        assert (ready.status, ready.json()["status"]) == (503, "not-ready")


@pytest.mark.covers("A-35")
def test_hostile_35_a_main_database_that_is_down_leaves_hooks_answering_and_feedback_503(tmp_path: Path) -> None:
    settings, ehr = guarded_at(tmp_path)
    with running(settings) as edge:
        assert edge.post(INVOKE, order_sign_body(), ehr.bearer()).status == 200  # from here the registration is known
        without(path_of(settings.database_url), edge)
        for _ in range(3):
            body = order_sign_body() | {"hookInstance": str(uuid.uuid4())}
            reply = edge.post(INVOKE, body, ehr.bearer())
            assert reply.status == 200
        card = reply.json()["cards"][0]
        refused = edge.post(FEEDBACK, {"feedback": [overridden(card)]}, ehr.bearer(FEEDBACK))
        assert refused.status == 503
        time.sleep(1.1)
        ready = edge.get("/readyz")
        assert (ready.status, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["checks"]["database"]["status"] == "degraded"
        assert ready.json()["checks"]["journal"]["said"] != "0 records wait"


def test_a_client_added_while_the_service_runs_is_known_within_seconds(tmp_path: Path) -> None:
    settings, ehr = guarded_at(tmp_path)
    late = Ehr("https://late.example.org/fhir", "late", settings.public_url)
    with running(settings) as edge:
        assert edge.post(INVOKE, order_sign_body(), ehr.bearer()).status == 200
        assert edge.post(INVOKE, order_sign_body(), late.bearer()).status == 401
        with closing(open_store(settings, Keyring.load(settings))) as store:
            store.registrations.add_cds_client(late.registration())
        time.sleep(1.1)
        assert edge.post(INVOKE, order_sign_body(), late.bearer()).status == 200


def test_health_is_alive_without_any_dependency_and_ready_when_all_is_well(open_edge: Edge) -> None:
    alive = open_edge.get("/healthz")
    assert (alive.status, alive.json()) == (200, {"status": "alive"})
    open_edge.post(
        FEEDBACK, {"feedback": [overridden({"uuid": str(uuid.uuid4())})]}
    )  # takes in what tests left waiting
    time.sleep(1.1)
    ready = open_edge.get("/readyz")
    assert (ready.status, ready.json()["status"]) == (200, "ready")
    assert ready.json()["checks"].keys() == {"database", "journal", "replay-guard", "models", "knowledge"}


def test_metrics_add_the_workers_up_and_name_no_person(open_edge: Edge) -> None:
    for _ in range(6):
        open_edge.post(INVOKE, order_sign_body(patientId="canary-patient"))
    open_edge.post("/cds-services/canary-service", order_sign_body())
    text = open_edge.get("/metrics").content.decode()
    assert 'countersign_calls_total{action="invoke",hook="order-sign",service="medication-safety",status="200"}' in text
    assert "countersign_cards_total" in text
    assert "canary" not in text


def test_a_worker_that_is_killed_is_replaced_and_the_others_serve(tmp_path: Path) -> None:
    settings = prepared(settings_for(tmp_path, client_auth="off"))
    with running(settings, workers=2) as edge:
        children = Path(f"/proc/{edge.process.pid}/task/{edge.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        give_up = time.monotonic() + 60
        answered = 0
        while answered < 5 and time.monotonic() < give_up:
            try:
                answered += edge.post(INVOKE, order_sign_body()).status == 200
            except OSError:
                time.sleep(0.05)
        assert answered == 5
