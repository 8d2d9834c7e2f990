"""The service, the SMART app and the sandbox EHR, started as `make run` starts them, on ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from cds_service.settings import PREFIX, Settings
from fixtures.ehr.prepare import CLIENT_ID, CLIENT_SECRET_FILE, JWKS_FILE

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 180  # three servers on two cores that may be busy with other tests
SECONDS_TO_STOP = 20


@dataclass(frozen=True)
class Addresses:
    """Where the three listen. The EHR is another site than the app, so that framing is genuinely cross-site."""

    service: str
    app: str
    ehr: str

    @classmethod
    def free(cls) -> Addresses:
        one, two, three = free_ports(3)
        return cls(f"http://127.0.0.1:{one}", f"http://127.0.0.1:{two}", f"http://localhost:{three}")

    @classmethod
    def usual(cls) -> Addresses:
        return cls("http://127.0.0.1:8000", "http://127.0.0.1:8001", "http://localhost:8002")

    @property
    def all(self) -> tuple[str, str, str]:
        return self.service, self.app, self.ehr

    @property
    def are_free(self) -> bool:
        """True when nobody listens at any of the three."""
        return not any(_listens(url) for url in self.all)

    def variables(self, run_dir: Path) -> dict[str, str]:
        """The environment in which everything is started: ours, without settings and make flags of whoever runs us."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "MAKE", "MFLAGS"))}
        given = {
            "RUN_DIR": str(run_dir),
            "BIND": urlsplit(self.service).netloc,
            "PUBLIC_URL": self.service,
            "APP_URL": self.app,
            "SANDBOX_URL": self.ehr,
            "FRAME_ANCESTORS": self.ehr,
        }
        return {**kept, **{PREFIX + name: value for name, value in given.items()}}


@dataclass(frozen=True)
class ThreeApps:
    """What is running; `settings` are the service's and the app's."""

    addresses: Addresses
    settings: Settings


@contextmanager
def three_apps(run_dir: Path) -> Iterator[ThreeApps]:
    """Prepare a run folder, start everything with client authentication on, and leave no process behind."""
    addresses = Addresses.free()
    environ = addresses.variables(run_dir)
    environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ["PATH"]])
    _prepare(run_dir, addresses, environ)
    honcho = [sys.executable, "-m", "honcho", "-f", "fixtures/ehr/Procfile", "-d", str(ROOT), "start", "--no-prefix"]
    with started(honcho, environ, addresses, run_dir):
        yield ThreeApps(addresses, Settings.from_env(environ))


@contextmanager
def started(command: Sequence[str], environ: Mapping[str, str], addresses: Addresses, run_dir: Path) -> Iterator[None]:
    """The command in a process group of its own, once all three answer; ended as Ctrl-C ends it."""
    log = run_dir / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait(addresses, process, log)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=SECONDS_TO_STOP)
        left = processes_of(run_dir)
        assert not left, f"still running: {left}\n{log.read_text()}"


def processes_of(run_dir: Path) -> list[str]:
    """The command lines of all processes that were started for this run folder."""
    mark = f"{PREFIX}RUN_DIR={run_dir}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it has ended meanwhile, or is another user's
    return found


def free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held at once, so that no two are the same."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _prepare(run_dir: Path, addresses: Addresses, environ: Mapping[str, str]) -> None:
    """What the Makefile does once before the first start."""
    fhir = f"{addresses.ehr}/fhir"
    proof = ["--secret-file", str(run_dir / CLIENT_SECRET_FILE)]
    clients = ["cds_service", "clients"]
    keys = ["--alg", "ES384", "--fhir-base", fhir, "--jwks", str(run_dir / JWKS_FILE)]
    for arguments in (
        ["cds_service", "migrate"],
        ["fixtures.ehr", "prepare"],
        [*clients, "add", "--tenant", "sandbox", "--iss", fhir, *keys],
        [*clients, "add-app", "--tenant", "sandbox", "--iss", fhir, "--client-id", CLIENT_ID, *proof],
    ):
        subprocess.run([sys.executable, "-m", *arguments], env=environ, cwd=ROOT, check=True, capture_output=True)


def _wait(addresses: Addresses, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while not all(_answers(url) for url in addresses.all):
        assert process.poll() is None, f"ended while starting: {log.read_text()}"
        assert time.monotonic() < give_up, f"did not start: {log.read_text()}"
        time.sleep(0.05)


def _answers(url: str) -> bool:
    """True when an HTTP server says anything there; gunicorn listens before its workers can answer."""
    try:
        with closing(requests.get(url, timeout=2)):
            return True
    except (requests.ConnectionError, requests.Timeout):
        return False


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", parts.port or 80)) == 0
