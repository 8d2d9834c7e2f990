"""A registered service on either database, and an EHR beside it that fetches our keys from our own endpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from cds_service.__main__ import main
from cds_service.background.queue import prepare
from cds_service.settings import Settings
from cds_service.store import Keyring, Store, open_store
from tests.cds_service.background.ehr_server import CLIENT, EhrServer
from tests.running_service import RunningService, in_this_process, migrated

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, ready_urls: dict[str, str]) -> Settings:
    made = migrated(tmp_path, CLIENT_AUTH="off", **ready_urls)
    prepare(made)
    return made


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command, as typed."""
    for name in ("run_dir", "bind", "client_auth", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def running(settings: Settings) -> Iterator[RunningService]:
    with in_this_process(settings) as service:
        yield service


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with closing(open_store(settings, Keyring.load(settings))) as opened:
        yield opened


@pytest.fixture
def ehr(running: RunningService) -> Iterator[EhrServer]:
    """It reads our key set anew for each token request, as one does that sees an unknown kid."""

    def keys() -> dict[str, object]:
        with httpx.Client(trust_env=False) as http:
            found: dict[str, object] = http.get(f"{running.url}/.well-known/jwks.json").json()
            return found

    made = EhrServer(keys)
    server = make_server("127.0.0.1", 0, made.app, threaded=True)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def registered(run: Run, ehr: EhrServer) -> EhrServer:
    done = run("clients", "add-backend", "--tenant", "local", "--fhir-base", f"{ehr.url}/fhir", "--client-id", CLIENT)
    assert done.exit_code == 0, done.output
    return ehr
