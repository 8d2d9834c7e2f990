"""A whole visit with planted patient data, on both databases: what is on record, and where nothing of it may stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent as R4BAuditEvent
from structlog.testing import capture_logs

from cds_service.governance.audit_events import audit_event
from tests.balp import violations
from tests.canaries import Canaries
from tests.databases import Beside
from tests.smart_app import fake_ehr
from tests.smart_app.browser import hidden_fields
from tests.smart_app.conftest import house_at
from tests.smart_app.house import House


def visit(house: House, words: Canaries) -> list[str]:
    """Launch, evidence, question, catalogue, feedback, logout; then launches that fail. Every address visited."""
    patient = words.plant("patient")
    house.ehr.claims = {"fhirUser": f"{house.ehr.iss}/Practitioner/{words.plant('user')}"}
    handle = house.card(patient, summary=words.plant("card"))
    browser = house.browser()
    page = browser.launch(house.ehr.launch_query(house.ehr.launch(patient, handle)))
    assert page.status_code == 200 and words.planted["name"] in page.text
    words.known("access token", house.ehr.tokens[-1])
    ask = browser.get(address_of("/ask", page.text))
    fields = hidden_fields(ask.text.partition('class="ask"')[2])
    assert browser.post("/ask", {**fields, "question": f"warfarin {words.plant('question')}"}).status_code == 200
    assert browser.get(address_of("/catalogue", page.text)).status_code == 200
    said = {"verdict": "wrong", "reason": "", "comment": words.plant("comment")}
    assert browser.post("/feedback", {**hidden_fields(page.text), **said}).status_code == 200
    refused = {**hidden_fields(page.text), **said, "verdict": words.plant("verdict"), "reason": words.plant("reason")}
    assert browser.post("/feedback", refused).status_code == 400
    for name, value in browser.cookies.items():
        words.known(f"cookie {name}", value)
    form = {"view": hidden_fields(page.text)["view"], "csrf": hidden_fields(page.text)["csrf"]}
    assert browser.post("/logout", form).status_code == 200
    return [*browser.visited, *failing_launches(house, words, patient)]


def failing_launches(house: House, words: Canaries, patient: str) -> list[str]:
    browser = house.browser()
    house.ehr.authorize_error = f"not for {words.plant('described')}"
    assert browser.launch(house.ehr.launch_query(house.ehr.launch(patient))).status_code >= 400
    house.ehr.authorize_error = None
    other = house.card(words.plant("other patient"))
    assert browser.launch(house.ehr.launch_query(house.ehr.launch(patient, other))).status_code == 404
    house.ehr.patient_status = 500
    assert browser.launch(house.ehr.launch_query(house.ehr.launch(patient))).status_code == 200
    assert browser.get(f"/callback?state={words.plant('state')}&code={words.plant('code')}").status_code >= 400
    assert browser.get(f"/{words.plant('path')}").status_code == 404
    return [url for url in browser.visited if "error_description" not in url and words.planted["path"] not in url]


def address_of(path: str, page: str) -> str:
    return path + page.partition(f'href="{path}')[2].partition('"')[0].replace("&amp;", "&")


@pytest.fixture
def house_here(tmp_path: Path, database_urls: dict[str, str]) -> Any:
    with house_at(tmp_path, **database_urls) as made:
        yield made


@pytest.mark.covers("SA9", "I-142")
def test_what_the_app_saw_of_a_patient_is_nowhere_in_clear(
    house_here: House,
    monkeypatch: pytest.MonkeyPatch,
    database_urls: dict[str, str],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    words = Canaries()
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    name = [{"family": words.plant("name"), "given": [words.plant("given name")]}]
    identifier = [{"type": {"coding": [{"code": "MR"}]}, "value": words.plant("MRN")}]
    monkeypatch.setattr(fake_ehr, "PATIENT", {**fake_ehr.PATIENT, "name": name, "identifier": identifier})
    with capture_logs() as logged:
        addresses = visit(house_here, words)
    ours = [url for url in addresses if url.startswith(house_here.settings.app_url) and "/callback" not in url]
    assert words.in_text("\n".join(ours)) == [], "an address of the app names somebody"
    assert len(logged) > 5
    assert words.in_text(str(logged)) == []
    folder = request.getfixturevalue("postgres").folder if database_urls else None
    assert words.in_store(house_here.settings, folder) == []
    assert words.in_files(temporary) == []


@pytest.mark.covers("L12", "I-142")
def test_what_a_renewal_and_a_logout_carry_is_nowhere_in_clear(
    house_here: House,
    monkeypatch: pytest.MonkeyPatch,
    database_urls: dict[str, str],
    request: pytest.FixtureRequest,
) -> None:
    words, ehr = Canaries(), house_here.ehr
    monkeypatch.setattr(fake_ehr, "PATIENT", {**fake_ehr.PATIENT, "name": [{"family": words.plant("name")}]})
    with capture_logs() as logged:
        for refused in (None, f"invalid_{words.plant('error of a renewal')}"):
            house_here.clock.ahead, ehr.expires_in, ehr.refresh_error = 0, 800, None
            ehr.refresh_token = words.plant(f"refresh token {refused}")
            browser, page = house_here.browser(), ""
            handle = house_here.card(words.plant("patient"), summary=words.plant("card"))
            page = browser.launch(ehr.launch_query(ehr.launch(words.planted["patient"], handle))).text
            words.known(f"access token {refused}", ehr.tokens[-1])
            house_here.clock.ahead, ehr.refresh_error = 775, refused
            assert browser.get(browser.visited[-1]).status_code == 200
            words.known(f"renewed access token {refused}", ehr.tokens[-1])
            words.known(f"next refresh token {refused}", ehr.refresh_token)
            ehr.revoke_error = words.plant("error of a revocation")
            form = {name: hidden_fields(page)[name] for name in ("view", "csrf")}
            assert browser.post("/logout", form).status_code == 200
    assert len(ehr.used_refresh_tokens) == 1
    assert len(ehr.revoked) == 3 and ehr.revoked[-1] == ehr.tokens[-1]
    assert words.in_text(str(logged)) == []
    folder = request.getfixturevalue("postgres").folder if database_urls else None
    assert words.in_store(house_here.settings, folder) == []


@pytest.mark.covers("I-143")
def test_every_step_of_a_visit_is_on_record_as_an_audit_event(house_here: House, monkeypatch: Any) -> None:
    words = Canaries()
    monkeypatch.setattr(fake_ehr, "PATIENT", {**fake_ehr.PATIENT, "name": [{"family": words.plant("name")}]})
    visit(house_here, words)
    past = Beside(house_here.settings.database_url)
    found = past.run("SELECT action, outcome FROM audit WHERE action <> 'invoke' ORDER BY seq")
    assert (
        found[1:10]
        == [
            ("smart-launch", "begun"),
            ("fhir-read", "read"),
            ("smart-launch", "opened"),
            ("smart-evidence", "shown"),
            ("smart-ask", "shown"),
            ("smart-ask", "shown"),
            ("smart-catalogue", "shown"),
            ("feedback", "taken"),
            ("smart-evidence", "shown"),
        ]
        or found
    )
    assert {("smart-logout", "closed"), ("smart-launch", "refused"), ("smart-evidence", "refused")} <= set(found)
    assert ("fhir-read", "failed") in found
    assert house_here.store.verify_audit().intact
    for row in house_here.store.reports.audit(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)):
        event = audit_event(row, house_here.settings.public_url)
        R4BAuditEvent.model_validate(event)
        assert violations(event) == [], event
