"""`make run`: everything starts with one command, starts again quickly, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from tests.browser.three_apps import Addresses, started


def test_make_run_starts_everything_and_leaves_nothing(tmp_path: Path, figures: list[str]) -> None:
    addresses = Addresses.usual() if Addresses.usual().are_free else Addresses.free()
    environ = addresses.variables(tmp_path)
    for which in ("first", "second"):
        begun = time.monotonic()
        with started(["make", "run"], environ, addresses, tmp_path):
            figures.append(f"{time.monotonic() - begun:5.1f} s   make run, {which} start")
            assert requests.get(f"{addresses.service}/cds-services", timeout=60).json()["services"]
            assert requests.get(f"{addresses.service}/readyz", timeout=60).json()["status"] == "ready"
            assert "opens from the EHR" in requests.get(addresses.app, timeout=60).text
            assert "Ruth Alder" in requests.get(addresses.ehr, timeout=60).text
    assert f"Open {addresses.ehr} and choose a patient" in (tmp_path / "log").read_text()
