"""The command line as a person types it: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from tests.cds_service.web.conftest import ROOT

EC = ECKey.generate_key("P-384", {"kid": "k1"})


def countersign(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    given = {f"COUNTERSIGN_{name.upper()}": value for name, value in variables.items()}
    environment = {**clean, "COUNTERSIGN_RUN_DIR": str(folder), "PYTHONPATH": str(ROOT), **given}
    command = [sys.executable, "-m", "cds_service", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run_dir = tmp_path_factory.mktemp("commands")
    assert countersign(run_dir, "migrate").returncode == 0
    assert countersign(run_dir, "migrate").returncode == 0  # twice is harmless
    (run_dir / "jwks.json").write_text(json.dumps({"keys": [EC.as_dict(private=False)]}))
    return run_dir


def test_help_lists_every_command_and_loads_no_model(folder: Path) -> None:
    shown = countersign(folder, "--help").stdout
    for name in ("audit", "clients", "migrate", "models", "serve"):
        assert f"\n  {name} " in shown
    loaded = "import sys, cds_service.__main__; sys.exit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=False).returncode == 0


def test_a_registered_client_is_listed_and_registering_again_replaces_it(folder: Path) -> None:
    options = ("--tenant", "north", "--iss", "https://ehr.example.org", "--jwks", str(folder / "jwks.json"))
    assert countersign(folder, "clients", "add", *options).returncode == 0
    again = countersign(folder, "clients", "add", *options, "--alg", "ES384", "--max-lifetime", "900")
    assert again.returncode == 0
    listed = countersign(folder, "clients", "list").stdout.splitlines()
    assert len(listed) == 1
    assert all(part in listed[0] for part in ("north", "https://ehr.example.org", "ES384", "900 s", "k1"))


def test_a_private_or_useless_key_set_is_refused_when_it_is_registered(folder: Path) -> None:
    for name, document in (
        ("private", {"keys": [EC.as_dict(private=True)]}),
        ("empty", {"keys": []}),
        ("foreign", {"keys": [ECKey.generate_key("P-256", {"kid": "x"}).as_dict(private=False)]}),
    ):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document))
        ended = countersign(folder, "clients", "add", "--tenant", "t", "--iss", "https://x", "--jwks", str(path))
        assert ended.returncode == 2
        assert path.name in ended.stderr


def test_a_client_needs_exactly_one_source_of_keys_over_https(folder: Path) -> None:
    base = ("clients", "add", "--tenant", "t", "--iss", "https://x")
    assert countersign(folder, *base).returncode == 2
    assert countersign(folder, *base, "--jwks-url", "http://keys.example.org/jwks").returncode == 2
    assert countersign(folder, *base, "--jwks-url", "https://keys.example.org/jwks").returncode == 0


def test_the_app_is_registered_with_a_key_or_a_secret_that_is_never_shown(folder: Path) -> None:
    key, secret = folder / "app.pem", folder / "secret"
    key.write_bytes(EC.as_pem(private=True))
    secret.write_text("s3cret-canary\n")
    base = ("clients", "add-app", "--tenant", "north", "--client-id", "app")
    assert countersign(folder, *base, "--iss", "https://a/fhir", "--private-key", str(key)).returncode == 0
    assert countersign(folder, *base, "--iss", "https://b/fhir", "--secret-file", str(secret)).returncode == 0
    assert countersign(folder, *base, "--iss", "https://c/fhir/", "--secret-file", str(secret)).returncode == 0
    listed = countersign(folder, "clients", "list").stdout
    assert "private key" in listed and "https://c/fhir/ " in listed
    assert "canary" not in listed


def test_other_origins_of_an_authorization_server_are_named_one_by_one(folder: Path) -> None:
    base = ("clients", "add-app", "--tenant", "north", "--client-id", "app", "--iss", "https://fhir.example.org/r4")
    given = (
        "--auth-origin",
        "https://Authorization.Example.org:443/",
        "--auth-origin",
        "https://keys.example.org:8443",
    )
    assert countersign(folder, *base, *given).returncode == 0
    kept = "https://authorization.example.org https://keys.example.org:8443"
    assert f"also at: {kept}" in countersign(folder, "clients", "list").stdout
    assert f"signs in at        {kept.replace(' ', ', ')}" in countersign(folder, "clients", "sheet", "north").stdout
    for bad in ("authorization.example.org", "http://authorization.example.org", "https://*.example.org", "https://"):
        ended = countersign(folder, *base, "--auth-origin", bad)
        assert (ended.returncode, "--auth-origin" in ended.stderr) == (2, True), bad
    for bad in ("https://example.org/oauth", "https://user@example.org", "https://example.org:no", "https://e.org?x=1"):
        assert countersign(folder, *base, "--auth-origin", bad).returncode == 2, bad


def test_a_trial_call_that_nobody_answers_names_the_address_and_the_setting(folder: Path) -> None:
    jwks = folder / "jwks.json"
    assert (
        countersign(folder, "clients", "add", "--tenant", "alone", "--iss", "https://x", "--jwks", str(jwks)).returncode
        == 0
    )
    key = folder / "alone.pem"
    key.write_bytes(EC.as_pem(private=True))
    ended = countersign(folder, "clients", "test", "alone", "--private-key", str(key), bind="127.0.0.1:9")
    assert ended.returncode == 1 and "not tried, as nothing answered" in ended.stdout
    assert "http://127.0.0.1:9/cds-services/medication-safety does not answer (COUNTERSIGN_PUBLIC_URL" in ended.stdout


def test_a_first_start_off_loopback_is_told_everything_that_it_needs(tmp_path: Path) -> None:
    ended = countersign(tmp_path, "serve", "--bind", "0.0.0.0:9")
    assert "COUNTERSIGN_PUBLIC_URL and COUNTERSIGN_APP_URL are required" in ended.stderr
    urls = {"public_url": "https://cds.example.org", "app_url": "https://app.example.org"}
    ended = countersign(tmp_path, "serve", "--bind", "0.0.0.0:9", **urls)
    assert "governance keys new --output FILE" in ended.stderr
    keys = tmp_path / "first.json"
    assert countersign(tmp_path, "governance", "keys", "new", "--output", str(keys), **urls).returncode == 0
    assert keys.stat().st_mode & 0o777 == 0o600
    assert countersign(tmp_path, "governance", "keys", "new", "--output", str(keys)).returncode == 1
    ended = countersign(tmp_path, "serve", "--bind", "0.0.0.0:9", **urls, data_keys=keys.read_text())
    assert "database is behind" in ended.stderr


def test_settings_are_printed_as_they_are_in_use_without_a_password(folder: Path) -> None:
    shown = countersign(folder, "settings", replay_database_url="postgresql+psycopg://app:s3cret@db/replay").stdout
    assert "COUNTERSIGN_REPLAY_DATABASE_URL\n    postgresql+psycopg://app:***@db/replay\n" in shown
    assert "COUNTERSIGN_FRAME_ANCESTORS\n    http://localhost:8002\n" in shown
    away = countersign(folder, "settings", public_url="https://cds.example.org").stdout
    assert "COUNTERSIGN_FRAME_ANCESTORS\n    (not set)\n" in away


def test_the_app_says_what_stops_its_start(folder: Path, tmp_path: Path) -> None:
    def started(run_dir: Path, **given: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "COUNTERSIGN_RUN_DIR": str(run_dir),
            **given,
        }
        command = [sys.executable, "-m", "smart_app"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode != 0 and "Traceback" not in ended.stderr
        return ended.stderr

    assert "database is behind" in started(tmp_path)
    assert "give --bind" in started(folder, COUNTERSIGN_APP_URL="https://app.example.org")
    assert "COUNTERSIGN_BIND" in started(folder, COUNTERSIGN_BIND="8000")


def test_the_audit_chain_verifies(folder: Path) -> None:
    ended = countersign(folder, "audit", "verify")
    assert ended.returncode == 0
    assert "every link fits" in ended.stdout


def test_models_prints_digests_that_hold(folder: Path) -> None:
    ended = countersign(folder, "models")
    assert ended.returncode == 0
    assert "sha256" in ended.stdout
    assert "holds" in ended.stdout


def test_serve_without_migration_says_what_to_type(tmp_path: Path) -> None:
    ended = countersign(tmp_path, "serve")
    assert ended.returncode == 1
    assert "python -m cds_service migrate" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_cannot_be_written_is_named_without_a_stack_trace(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "keys.json"
    ended = countersign(tmp_path, "governance", "keys", "new", "--output", str(missing))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: {missing.parent}")
    assert ended.stderr.endswith(": No such file or directory\n")


@pytest.mark.parametrize("variables", [{"bind": "127.0.0.1:99999"}, {"deadline_ms": "²"}])
def test_a_setting_that_is_no_number_or_no_port_is_named(tmp_path: Path, variables: dict[str, str]) -> None:
    ended = countersign(tmp_path, "serve", **variables)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: COUNTERSIGN_{next(iter(variables)).upper()} is ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"bind": "0.0.0.0:8000"}, "COUNTERSIGN_PUBLIC_URL"),
        ({"bind": "0.0.0.0:8000", "public_url": "https://cds.example.org"}, "COUNTERSIGN_APP_URL"),
        (
            {"bind": "0.0.0.0:8000", "public_url": "https://cds.example.org", "app_url": "https://app.example.org"},
            "COUNTERSIGN_DATA_KEYS",
        ),
        ({"public_url": "https://cds.example.org", "client_auth": "off"}, "COUNTERSIGN_CLIENT_AUTH"),
    ],
)
def test_off_loopback_a_missing_setting_stops_the_start_with_its_name(
    folder: Path, variables: dict[str, str], named: str
) -> None:
    ended = countersign(folder, "serve", **variables)
    assert ended.returncode == 1
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr
