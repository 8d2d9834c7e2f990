"""Planted patient data and tokens in every input, on success and failure: nowhere in clear once they are through."""

from __future__ import annotations

import json
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from cds_service.checks import CHECKS
from cds_service.store import Keyring, open_store
from tests.canaries import Canaries
from tests.cds_client import Reply
from tests.cds_service.web.ehr_tokens import Ehr
from tests.cds_service.web.fhir_reader import Reader
from tests.databases import Beside
from tests.fhir_server import Canned, FhirServer
from tests.hook_calls import PATIENT, active, allergy, bundle, chart, draft, order_sign, person
from tests.running_service import RunningService, in_this_process, migrated, under_gunicorn

INVOKE = "/cds-services/medication-safety"


def loaded(words: Canaries) -> dict[str, Any]:
    """An order-sign that carries something about the patient in every place that takes text."""
    about = person(
        name=[{"family": words.plant("name"), "given": [words.plant("given name")]}],
        identifier=[{"value": words.plant("MRN")}],
        address=[{"text": words.plant("address")}],
        text={"status": "generated", "div": f"<div>{words.plant('narrative')}</div>"},
    )
    medicine = active("warfarin 5 mg daily", note=[{"text": words.plant("note")}], id=words.plant("resource id"))
    reaction = allergy(words.plant("allergy"), note=[{"text": words.plant("allergy note")}])
    prefetch = chart(patient=about, medications=bundle(medicine), allergies=bundle(reaction))
    order = draft("bactrim ds bid x 10d", note=[{"text": words.plant("order note")}])
    body = order_sign(order, prefetch=prefetch, encounterId=words.plant("encounter"))
    body["context"]["userId"] = f"Practitioner/{words.plant('user')}"
    return renamed({**body, "extension": {"x": words.plant("extension")}}, words)


def renamed(body: dict[str, Any], words: Canaries) -> dict[str, Any]:
    """The same for a patient whose id and birth date are planted too."""
    return json.loads(json.dumps(body).replace(PATIENT, words.plant("patient")))  # type: ignore[no-any-return]


def failures(words: Canaries, body: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Calls that are refused in as many ways as there are, each with something planted where it breaks."""
    raw, word = json.dumps(body).encode(), words.plant("failure")
    return [
        (INVOKE, raw[:-40]),
        (INVOKE, raw.replace(b'"order-sign"', json.dumps(word).encode())),
        (INVOKE, json.dumps({**body, "hookInstance": word}).encode()),
        (INVOKE, json.dumps({**body, "context": {**body["context"], "patientId": f"{word}/x"}}).encode()),
        (INVOKE, json.dumps({**body, word: word, "prefetch": word}).encode()),
        (INVOKE, raw[:-1] + f',"Ms {word}":1,"Ms {word}":2}}'.encode()),
        (INVOKE, b"\xff\xfe" + raw),
        (INVOKE, raw + b" " * 1_100_000),
        (f"{INVOKE}?patient={word}", raw),
        (f"/cds-services/{word}", raw),
        (f"{INVOKE}/{word}", raw),
        (f"{INVOKE}/feedback", json.dumps({"feedback": [{"card": word, "outcome": word}]}).encode()),
        (f"{INVOKE}/feedback", b"{" + word.encode()),
    ]


def feedback_on(card: dict[str, Any], words: Canaries, **changes: Any) -> bytes:
    reason = {"reason": {"system": words.plant("reason system"), "code": words.plant("reason code")}}
    reason |= {"userComment": words.plant("comment")}
    item = {"card": card["uuid"], "outcome": "overridden", "overrideReason": reason}
    item |= {"outcomeTimestamp": "2026-11-23T10:00:00Z", **changes}
    return json.dumps({"feedback": [item]}).encode()


@pytest.mark.covers("I-142")
def test_what_was_planted_in_every_input_is_nowhere_in_clear(
    tmp_path: Path, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    words, refusals = Canaries(), []
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    ehr = Ehr("https://ehr.example.org/fhir", "north", "")
    with FhirServer() as server:
        known = ehr.registration(fhir_bases=(server.url,))
        settings = migrated(tmp_path, known, **database_urls)
        ehr.public_url = settings.public_url
        reader = Reader(settings.public_url, "north", "warehouse")
        with closing(open_store(settings, Keyring.load(settings, {}))) as store:
            store.fhir_clients.add(reader.registration())
        with under_gunicorn(settings) as service:
            refusals += all_of_it(service, ehr, server, words, Beside(settings.database_url))
            refusals += fhir_reads(reader, words)
            started = [json.loads(row["detail"]) for row in service.rows("audit") if row["action"] == "serve"]
            assert started[0]["knowledge"] and "embedder" in started[0]["models"]
            figures = service.get("/metrics").text + service.get("/readyz").text
    assert words.in_text(figures) == []
    assert [reply.text for reply in refusals if words.in_text(reply.text)] == [], "a refusal repeats what was sent"
    folder = request.getfixturevalue("postgres").folder if database_urls else None
    assert words.in_store(settings, folder) == []
    assert (tmp_path / "log").stat().st_size > 1000


def all_of_it(service: RunningService, ehr: Ehr, server: FhirServer, words: Canaries, past: Beside) -> list[Reply]:
    """Successes and failures, with the database and without; returns the refusals."""
    body = loaded(words)
    asked = with_token(body, server, words)
    reply = service.post(INVOKE, json.dumps(asked).encode(), bearer(ehr, words))
    assert reply.status == 200, reply.text
    feedback = f"{INVOKE}/feedback"
    card = reply.card("drug-interaction")
    taken = service.post(feedback, feedback_on(card, words), bearer(ehr, words, feedback))
    assert taken.status == 200, taken.text
    foreign = {"acceptedSuggestions": [{"id": words.plant("suggestion")}], "outcome": "accepted"}
    refusals = [service.post(feedback, feedback_on(card, words, **foreign), bearer(ehr, words, feedback))]
    for path, raw in failures(words, body):
        refusals.append(service.post(path, raw, bearer(ehr, words, path.partition("?")[0])))
    refusals.append(service.post(INVOKE, json.dumps(asked).encode(), {"Authorization": f"Bearer {words.plant('JWT')}"}))
    server.answers["MedicationRequest"] = Canned({"issue": [{"diagnostics": words.plant("diagnostics")}]}, 500)
    assert service.post(INVOKE, json.dumps(fresh(asked)).encode(), bearer(ehr, words)).status == 200
    with past.gone():
        answered = service.post(INVOKE, json.dumps(fresh(asked)).encode(), bearer(ehr, words))
        assert answered.status == 200
        refusals.append(service.post(feedback, feedback_on(card, words), bearer(ehr, words, feedback)))
        assert words.in_files(service.settings.run_dir / "journal") == []
    refused = [reply for reply in refusals if reply.status >= 400]
    assert {reply.status for reply in refused} >= {400, 401, 404, 413, 503}
    return refused


def fhir_reads(reader: Reader, words: Canaries) -> list[Reply]:
    """`/fhir` from the token request to the read; the answers that refuse, or find nothing."""
    patient, word = words.planted["patient"], words.plant("search")
    token = reader.token()
    words.known("token of /fhir", token["Authorization"].partition(" ")[2])
    (found, *_) = reader.get(f"DetectedIssue?patient=Patient/{patient}&{word}={word}", token).json()["entry"]
    assert reader.get(f"DetectedIssue/{found['resource']['id']}", token).status_code == 200
    page = reader.get(f"AuditEvent?patient={patient}&_count=1", token).json()
    nexts = [one["url"] for one in page["link"] if one["relation"] == "next"]
    assert nexts and words.in_text(str(nexts)) == []
    strict = {"Prefer": "handling=strict"}
    odd = [
        reader.get(f"DetectedIssue/{word}", token),
        reader.get(f"{word}/{word}", token),
        reader.get(f"{word}?{word}={word}", token),
        reader.get(f"DetectedIssue?{word}={word}", token, **strict),
        reader.get(f"DetectedIssue?patient:{word}={word}", token),
        *(reader.get(f"DetectedIssue?{name}={word}/", token) for name in ("patient", "identified", "_count", "_page")),
        reader.get("DetectedIssue", {"Authorization": f"Bearer {words.plant('another token')}"}),
        reader.get("DetectedIssue", token, Accept=f"application/{word}"),
        requests.post(f"{reader.url}/fhir/DetectedIssue/_search", {"patient": f"{word}/x"}, headers=token, timeout=60),
    ]
    right = reader.form()
    words.known("client assertion", right["client_assertion"].rpartition(".")[2])
    refused = [{"grant_type": word}, {"client_assertion_type": word}, {"scope": f"system/{word}.rs"}]
    refused += [{"client_assertion": f"{right['client_assertion'][:-8]}{word}"}, {"client_secret": word, "scope": word}]
    odd += [reader.ask({**reader.form(), **change}) for change in refused]
    odd.append(reader.ask(reader.form(jti=words.plant("jti"), aud=word)))
    assert {one.status_code for one in odd} >= {400, 401, 404, 406}
    return [Reply(one.status_code, None, one.text) for one in odd]


def bearer(ehr: Ehr, words: Canaries, path: str = INVOKE) -> dict[str, str]:
    """A token that stands; it must not be found afterwards any more than the others."""
    given = ehr.bearer(path)
    words.known("client token", given["Authorization"].rpartition(".")[2])
    return given


def with_token(body: dict[str, Any], server: FhirServer, words: Canaries) -> dict[str, Any]:
    """The same call, one key left to be read from the server with the token that it supplies."""
    prefetch = {name: value for name, value in body["prefetch"].items() if name != "problems"}
    token = {"access_token": words.plant("access token"), "token_type": "Bearer", "expires_in": 300}
    authorization = {**token, "scope": "user/*.rs", "subject": words.plant("subject")}
    return {**body, "prefetch": prefetch, "fhirServer": server.url, "fhirAuthorization": authorization}


def fresh(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "hookInstance": str(uuid.uuid4())}


@pytest.mark.covers("I-142")
def test_an_error_that_quotes_the_chart_is_a_bare_500(
    tmp_path: Path, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Canaries()

    def raises(*_: object) -> Any:
        raise KeyError(words.plant("the text of an error"))

    for check in list(CHECKS.values()):
        monkeypatch.setitem(CHECKS, check.id, replace(check, run=raises))
    settings = migrated(tmp_path, CLIENT_AUTH="off", **database_urls)
    with in_this_process(settings) as service, capture_logs() as logged:
        reply = service.post(INVOKE, json.dumps(loaded(words)).encode())
    assert reply.status == 500
    assert words.in_text(reply.text) == []
    assert [line["reason"] for line in logged if line["event"] == "call"] == ["unexpected error"]
    assert words.in_text(str(logged)) == []
    assert words.in_store(settings, None) == []
