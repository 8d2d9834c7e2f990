"""What holds for every answer: this machine only, CORS for the app alone, and processes that listen on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.ehr import create_app

PROCFILE = Path(__file__).resolve().parents[2] / "fixtures" / "ehr" / "Procfile"


def test_a_caller_from_another_machine_is_refused(settings):
    client = create_app(settings).test_client()
    answer = client.get("/", environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/fhir/.well-known/smart-configuration", "/fhir/metadata", "/smart/jwks"])
def test_discovery_may_be_read_from_any_origin(ehr, path):
    assert ehr.get(path, headers={"Origin": "https://any.example"}).headers["Access-Control-Allow-Origin"] == "*"


def test_data_may_be_read_from_the_origin_of_the_app_alone(ehr):
    app, other = ehr.settings.app_origin, "https://any.example"
    preflight = {"Access-Control-Request-Method": "GET"}
    url = f"{ehr.settings.fhir_base}/Patient/ruth-alder"
    allowed = ehr.session.options(url, headers=preflight | {"Origin": app})
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, app)
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    refused = ehr.session.options(url, headers=preflight | {"Origin": other})
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "Access-Control-Allow-Origin" not in ehr.get("/", headers={"Origin": app}).headers


def test_every_process_names_its_loopback_address():
    # honcho hands PORT to each process, and a gunicorn without --bind would then listen on every interface.
    rows = [line for line in PROCFILE.read_text().splitlines() if not line.startswith("#")]
    lines = dict(line.split(": ", 1) for line in rows)
    assert set(lines) == {"service", "app", "ehr"}
    assert lines.pop("app") == "exec python -m smart_app"  # which listens where its own URL says, on loopback
    for line in lines.values():
        assert "--bind" in line
        assert re.search(r":-(http://)?(127\.0\.0\.1|localhost):800[012]}", line), "the default is not on loopback"


def test_the_sandbox_keeps_its_state_in_one_process():
    (line,) = [line for line in PROCFILE.read_text().splitlines() if line.startswith("ehr: ")]
    assert "--workers 1 " in line
    assert "--worker-class gthread" in line
