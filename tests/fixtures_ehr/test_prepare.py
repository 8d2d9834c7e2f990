"""Keys and secrets: made once, private where they must be, never printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.ehr.prepare import CLIENT_SECRET_FILE, JWKS_FILE, SECRETS_FILE, STAFF_SECRET_FILE, prepare
from fixtures.ehr.settings import SandboxSettings

ROOT = Path(__file__).resolve().parents[2]


def test_preparing_twice_changes_nothing(run_dir):
    first = prepare(run_dir)
    before = {path.name: path.read_bytes() for path in run_dir.iterdir()}
    second = prepare(run_dir)
    assert before == {path.name: path.read_bytes() for path in run_dir.iterdir()}
    assert set(before) == {SECRETS_FILE, JWKS_FILE, CLIENT_SECRET_FILE, STAFF_SECRET_FILE}
    assert first.client_secret == second.client_secret == before[CLIENT_SECRET_FILE].decode()


def test_secrets_are_for_the_owner_alone_and_the_key_set_is_public(run_dir):
    prepare(run_dir)
    for name in (SECRETS_FILE, CLIENT_SECRET_FILE, STAFF_SECRET_FILE):
        assert (run_dir / name).stat().st_mode & 0o077 == 0
    (key,) = json.loads((run_dir / JWKS_FILE).read_text())["keys"]
    assert key["alg"] == "ES384"
    assert key["kid"]
    assert "d" not in key


def test_a_lost_public_file_is_made_again_from_the_same_key(run_dir):
    prepare(run_dir)
    before = (run_dir / JWKS_FILE).read_text()
    (run_dir / JWKS_FILE).unlink()
    prepare(run_dir)
    assert (run_dir / JWKS_FILE).read_text() == before


def test_the_command_prints_no_secret(run_dir):
    done = subprocess.run(
        [sys.executable, "-m", "fixtures.ehr", "prepare"],
        cwd=ROOT,
        env={**os.environ, "COUNTERSIGN_RUN_DIR": str(run_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    secrets = json.loads((run_dir / SECRETS_FILE).read_text())
    assert secrets["client_secret"] not in done.stdout + done.stderr
    assert secrets["cds_signing_key"]["d"] not in done.stdout + done.stderr
    assert secrets["client_secret"] not in repr(prepare(run_dir))


@pytest.mark.parametrize("name", ["base_url", "cds_url", "app_url"])
def test_an_address_beyond_this_machine_is_refused(name):
    with pytest.raises(ValueError, match=name):
        SandboxSettings(**{name: "http://198.51.100.7:8002"})
