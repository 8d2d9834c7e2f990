"""The token of a call is nowhere once the call is over: not in memory, files, database, logs or figures."""

from __future__ import annotations

import gc
import secrets
from pathlib import Path

import pytest

from tests.fhir_server import Canned, FhirServer
from tests.hook_calls import chart, draft, order_sign
from tests.running_service import RunningService, migrated, under_gunicorn


def in_memory(backwards: str) -> list[str]:
    """Types of the containers that hold a string or bytes with the canary in it. It is looked for backwards, so that
    the search itself never holds it."""
    needle, raw = backwards, backwards.encode()
    found = []
    for thing in gc.get_objects():
        values = thing.values() if type(thing) is dict else thing if type(thing) in (list, tuple, set) else ()
        for value in list(values):
            if (type(value) is str and needle in value[::-1]) or (type(value) is bytes and raw in value[::-1]):
                found.append(type(thing).__name__)
    return found


@pytest.mark.covers("D-89", "E3", "SC12")
@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_token_is_gone_from_memory(service: RunningService, status: int) -> None:
    with FhirServer() as ehr:
        ehr.answers["AllergyIntolerance"] = Canned({"resourceType": "Bundle", "total": 0}, status)
        backwards = ask_with_a_canary(service, ehr)
        assert backwards in "".join(one.headers["authorization"][::-1] for one in ehr.asked), "the token was used"
        ehr.asked.clear()
        gc.collect()
        assert in_memory(backwards) == []
        assert backwards not in (repr(service.settings) + repr(service.rooms) + service.get("/metrics").text)[::-1]


@pytest.mark.covers("D-89", "E4", "SC12")
def test_a_token_is_in_no_file(tmp_path: Path) -> None:
    """Database, journal and the log of the served process all lie in the run folder."""
    settings = migrated(tmp_path, CLIENT_AUTH="off")
    with under_gunicorn(settings) as service, FhirServer() as ehr:
        ehr.answers["AllergyIntolerance"] = Canned({}, 500)
        canary = ask_with_a_canary(service, ehr)[::-1]
        assert ehr.asked
        figures = service.get("/metrics").text
    assert canary not in figures
    assert b'"call"' in (tmp_path / "log").read_bytes()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()]


def ask_with_a_canary(service: RunningService, ehr: FhirServer) -> str:
    """One call; the canary is returned backwards, and everything that held it is dropped."""
    token = secrets.token_hex(20)
    prefetch = chart()
    del prefetch["allergies"]
    authorization = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "subject": "countersign"}
    body = {
        **order_sign(draft("lisinopril 10 mg daily"), prefetch=prefetch),
        "fhirServer": ehr.url,
        "fhirAuthorization": {**authorization, "scope": "user/*.rs"},
    }
    reply = service.ask(body)
    assert token not in reply.text
    return token[::-1]
