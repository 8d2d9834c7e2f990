"""npm `fhirclient`, as pages of other people use it, against the sandbox's server: in Chromium, from another origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask, send_from_directory
from playwright.sync_api import Page, sync_playwright

from fixtures.ehr import create_app
from fixtures.ehr.asking import CLINICIAN
from fixtures.ehr.sandbox import sandbox
from fixtures.ehr.settings import SandboxSettings
from fixtures.ehr.smart_clients import SmartClient
from tests.fixtures_ehr.conftest import free_port, serving
from tests.smart_app.access.test_in_a_frame import FLAGS, NOTHING_LEAVES

LIBRARY = Path(__file__).parents[1] / "npm" / "node_modules" / "fhirclient" / "build"
PAGE = (
    '<!doctype html><meta charset="utf-8"><title>An app of other people</title><script src="/fhir-client.js"></script>'
)
SCOPE = "openid fhirUser offline_access patient/Patient.r patient/Observation.rs"
READ = """async () => {
  const client = await FHIR.oauth2.ready();
  const [person, labs] = await Promise.all([
    client.patient.read(),
    client.patient.request("Observation?category=laboratory", {flat: true}),
  ]);
  return {patient: client.patient.id, user: client.user.fhirUser, type: client.user.resourceType, read: person.id,
          labs: labs.map(lab => lab.subject.reference), refresh: Boolean(client.state.tokenResponse.refresh_token)};
}"""
RENEW = """async () => {
  const client = await FHIR.oauth2.ready(), before = client.state.tokenResponse.access_token;
  client.environment.options.refreshTokenWithClientId = true;  // RFC 6749 3.2.1; the library leaves it out by itself
  await client.refresh();
  return {renewed: client.state.tokenResponse.access_token !== before, read: (await client.patient.read()).id};
}"""


@dataclass
class Elsewhere:
    """The page of another app at `url`, registered at the EHR of `fhir_base`."""

    page: Page
    url: str
    fhir_base: str

    ehr: Flask

    def authorize(self, query: str = "", **more: str) -> None:
        self.page.goto(self.url + query)
        options = {"clientId": "npm", "scope": SCOPE, "redirectUri": self.url, "pkceMode": "required", **more}
        self.page.evaluate("options => { FHIR.oauth2.authorize(options); }", options)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    app, port = Flask(__name__), free_port()
    app.add_url_rule("/app/", "app", lambda: PAGE)
    app.add_url_rule("/fhir-client.js", "library", lambda: send_from_directory(LIBRARY, "fhir-client.js"))
    url = f"http://127.0.0.1:{port}/app/"
    settings = SandboxSettings(run_dir=tmp_path, base_url=f"http://localhost:{free_port()}")
    ehr = create_app(settings, (SmartClient("npm", None, url),))
    with serving(app, port), serving(ehr, int(settings.base_url.rpartition(":")[2])), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, NOTHING_LEAVES])
        page = browser.new_page()
        yield Elsewhere(page, url, settings.fhir_base, ehr)
        browser.close()


@pytest.mark.covers("P19", "P20", "P21", "P22", "O3")
def test_npm_fhirclient_starts_by_itself_reads_and_renews(elsewhere: Elsewhere) -> None:
    elsewhere.authorize(iss=elsewhere.fhir_base, scope=f"launch/patient {SCOPE}")
    elsewhere.page.locator('button[value="henry-voss"]').click()
    elsewhere.page.wait_for_url(f"{elsewhere.url}*state=*")
    found = elsewhere.page.evaluate(READ)
    assert (found["patient"], found["read"], found["refresh"]) == ("henry-voss", "henry-voss", True)
    assert (found["type"], found["user"]) == ("Practitioner", CLINICIAN)
    assert set(found["labs"]) == {"Patient/henry-voss"}
    assert elsewhere.page.evaluate(RENEW) == {"renewed": True, "read": "henry-voss"}


@pytest.mark.covers("K2", "P20")
def test_npm_fhirclient_started_from_a_chart_lands_on_its_patient(elsewhere: Elsewhere) -> None:
    with elsewhere.ehr.app_context():
        handle = sandbox().launches.begin(CLINICIAN, "ruth-alder", None, None)
    elsewhere.authorize("?" + urlencode({"iss": elsewhere.fhir_base, "launch": handle}), scope=f"launch {SCOPE}")
    elsewhere.page.wait_for_url(f"{elsewhere.url}*state=*")
    assert elsewhere.page.evaluate(READ)["read"] == "ruth-alder"
