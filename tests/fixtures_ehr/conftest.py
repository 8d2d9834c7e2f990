"""The sandbox EHR on a free loopback port, with a fake CDS service beside it. Everything speaks real HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from fixtures.ehr import create_app
from fixtures.ehr.prepare import JWKS_FILE, SandboxSecrets, prepare
from fixtures.ehr.settings import SandboxSettings

from .fake_cds_service import FakeCdsService


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> SandboxSecrets:
    return prepare(tmp_path_factory.getbasetemp() / "ehr-run")


@pytest.fixture(scope="session")
def settings(secrets: SandboxSecrets, tmp_path_factory: pytest.TempPathFactory) -> SandboxSettings:
    return SandboxSettings(
        run_dir=tmp_path_factory.getbasetemp() / "ehr-run",
        base_url=f"http://localhost:{free_port()}",
        cds_url=f"http://127.0.0.1:{free_port()}",
        app_url="http://127.0.0.1:8001",
    )


@pytest.fixture
def cds(settings: SandboxSettings) -> Iterator[FakeCdsService]:
    """The CDS service of this test; a test without this fixture has none, and the EHR finds nobody there."""
    jwks = json.loads((settings.run_dir / JWKS_FILE).read_text())
    service = FakeCdsService(jwks, settings.cds_url)
    with serving(service.app(), port_of(settings.cds_url)):
        yield service


@pytest.fixture(scope="session")
def running_ehr(settings: SandboxSettings) -> Iterator[Flask]:
    app = create_app(settings)
    with serving(app, port_of(settings.base_url)):
        yield app


@pytest.fixture
def ehr(settings: SandboxSettings, running_ehr: Flask) -> Iterator[Ehr]:
    """The EHR as it is after a reset."""
    with requests.Session() as session:
        session.trust_env = False
        found = Ehr(settings, session, running_ehr)
        assert found.post("/sandbox/reset").status_code == 303
        yield found


class Ehr:
    """The EHR as a browser or an app meets it; redirects are shown, not followed."""

    def __init__(self, settings: SandboxSettings, session: requests.Session, app: Flask) -> None:
        self.settings = settings
        self.session = session
        self.app = app

    def get(self, path: str, **options: object) -> requests.Response:
        return self.session.get(self.settings.base_url + path, allow_redirects=False, timeout=60, **options)

    def post(self, path: str, **options: object) -> requests.Response:
        return self.session.post(self.settings.base_url + path, allow_redirects=False, timeout=60, **options)

    def step(self, patient: str, path: str, **form: str) -> str:
        """Press a button of the page; gives the changed part of the page."""
        answer = self.post(f"/patients/{patient}/{path}", data=form, headers={"X-Fragment": "desk"})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return tmp_path / "run"
