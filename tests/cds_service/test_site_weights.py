"""A site's own or older weights are used from its folder, and other ones are taken at a hang-up signal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import requests

from cds_service.models import WEIGHTS
from cds_service.models.manifest import MANIFEST_NAME
from tests.hook_calls import draft, order_sign
from tests.running_service import RunningService, migrated, under_gunicorn

SECONDS_TO_RELOAD = 90


def release(folder: Path, version: str, accept: float) -> None:
    """Make the linker of `folder` another release: its version, and the threshold from which it answers."""
    path = folder / MANIFEST_NAME
    manifest = json.loads(path.read_bytes())
    manifest["models"]["drug-linker"] |= {"version": version, "thresholds": {"accept": accept, "margin": 0.3}}
    path.with_suffix(".new").write_text(json.dumps(manifest))
    path.with_suffix(".new").replace(path)


def linker(service: RunningService) -> tuple[str, bool]:
    """The linker's version as an answer names it, and whether it read a misspelt name."""
    reply = service.ask(order_sign(draft("metforminn 500 bid")))
    said = reply.body["extension"]["org.countersign.assessment"]
    read = not any("was not recognised" in json.dumps(one) or "not recognised" in one["reason"]
                   for one in said["not_assessed"])  # fmt: skip
    return said["models"]["drug-linker"].partition("+")[0], read


def eventually(service: RunningService, wanted: tuple[str, bool]) -> bool:
    """True once an answer is as wanted; a call that the worker before took into its end may fail."""
    give_up = time.monotonic() + SECONDS_TO_RELOAD
    while time.monotonic() < give_up:
        with suppress(requests.ConnectionError, requests.Timeout):
            if linker(service) == wanted:
                return True
        time.sleep(0.2)
    return False


def test_other_weights_of_the_sites_folder_are_taken_at_a_hangup(tmp_path: Path) -> None:
    models = tmp_path / "weights"
    shutil.copytree(WEIGHTS, models)
    release(models, "0.9.0", accept=0.85)
    with under_gunicorn(migrated(tmp_path / "run", CLIENT_AUTH="off", MODELS_DIR=str(models))) as service:
        assert linker(service) == ("0.9.0", True)
        release(models, "2.0.0", accept=1.1)  # a release that is never sure enough
        assert linker(service) == ("0.9.0", True)  # what is loaded stays until it is told
        assert service.pid is not None
        os.kill(service.pid, signal.SIGHUP)
        assert eventually(service, ("2.0.0", False))
