"""Staff who open no chart: sign-in with the sandbox's server as the organisation's OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from cds_service.store import StoredCard
from fixtures.ehr import create_app as create_ehr
from fixtures.ehr.prepare import STAFF_CLIENT_ID, STAFF_SECRET_FILE
from fixtures.ehr.settings import SandboxSettings
from smart_app.refusals import LaunchRefused
from smart_app.smart.openid import parse_provider
from tests.smart_app.browser import Browser, hidden_fields, words
from tests.smart_app.conftest import free_port, house_at
from tests.smart_app.fake_ehr import running
from tests.smart_app.house import House
from tests.smart_app.sample_card import TENANT

PROVIDER = {
    "issuer": "https://login.example.org",
    "authorization_endpoint": "https://login.example.org/authorize",
    "token_endpoint": "https://tokens.example.net/token",
    "jwks_uri": "https://tokens.example.net/keys",
}


@dataclass
class Site:
    house: House
    issuer: str

    @property
    def person(self) -> str:
        return f"{self.issuer}#noor-haddad"

    def grant(self, role: str, tenant: str = TENANT) -> None:
        self.house.store.people.grant(tenant, self.person, role)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, app_port = tmp_path_factory.mktemp("staff"), free_port()
    sandbox = SandboxSettings(
        run_dir=folder / "ehr", base_url=f"http://localhost:{free_port()}", app_url=f"http://127.0.0.1:{app_port}"
    )
    provider = create_ehr(sandbox)
    given = {
        "APP_URL": sandbox.app_url,
        "OIDC_ISSUER": sandbox.fhir_base,
        "OIDC_CLIENT_ID": STAFF_CLIENT_ID,
        "OIDC_SECRET_FILE": str(sandbox.run_dir / STAFF_SECRET_FILE),
    }
    with running(provider, int(sandbox.base_url.rpartition(":")[2])), house_at(folder / "run", **given) as house:
        yield Site(house, sandbox.fhir_base)


@pytest.fixture(autouse=True)
def no_grants(site: Site) -> None:
    for grant in site.house.store.people.all():
        site.house.store.people.revoke(grant.tenant, grant.person, grant.role)


def view_query(browser: Browser) -> str:
    return urlencode({"view": parse_qs(urlsplit(browser.visited[-1]).query)["view"][0]})


def test_a_grant_opens_its_page_and_the_others_by_role(site: Site) -> None:
    site.grant("quality")
    browser = site.house.browser()
    page = browser.get("/staff")
    assert page.status_code == 200 and "What was sent, and what became of it" in words(page.text)
    assert "No chart is open" in words(page.text) and "This patient" not in words(page.text)
    query = view_query(browser)
    assert browser.get(f"/catalogue?{query}").status_code == 200
    assert browser.get(f"/feedback/queue?{query}").status_code == 403
    site.grant("rule-owner")
    assert browser.get(f"/feedback/queue?{query}").status_code == 200


@pytest.mark.covers("H-136", "SA8")
def test_nothing_of_any_patient_opens_without_a_chart(site: Site) -> None:
    site.grant("quality")
    handle = site.house.card("p1")
    card = site.house.store.card_by_handle(handle)
    assert isinstance(card, StoredCard)
    browser = site.house.browser()
    page = browser.get("/staff").text
    query = view_query(browser)
    for path in ("patient", "patient/timeline", "ask", "calculators", "evidence/trend.svg", "evidence"):
        answer = browser.get(f"/{path}?{query}&card={card.uuid}")
        assert answer.status_code == 403 and "belongs to a chart" in answer.text, path
    for path in ("ask", "calculators", "feedback"):
        sent = {**hidden_fields(page), "card": card.uuid, "verdict": "wrong", "question": "x"}
        assert browser.post(f"/{path}", sent).status_code == 403


def test_without_a_grant_the_person_learns_what_to_ask_for(site: Site) -> None:
    browser = site.house.browser()
    answer = browser.get("/staff")
    assert answer.status_code == 403 and site.person in words(answer.text)
    assert not any(name.startswith("__Host-countersign-") for name in browser.cookies)


def test_a_person_with_roles_at_two_places_names_one(site: Site) -> None:
    site.grant("quality")
    site.grant("rule-owner", "second")
    asked = site.house.browser().get("/staff")
    assert asked.status_code == 403 and "/staff?tenant=second" in asked.text
    chosen = site.house.browser().get("/staff?tenant=second")
    assert chosen.status_code == 200 and "What clinicians said" in words(chosen.text)
    assert site.house.browser().get("/staff?tenant=third").status_code == 403


@pytest.mark.covers("H-137")
def test_signing_out_ends_it(site: Site) -> None:
    site.grant("quality")
    browser = site.house.browser()
    fields = hidden_fields(browser.get("/staff").text)
    assert "You are signed out here" in words(browser.post("/logout", fields).text)
    assert browser.get(f"/quality?view={fields['view']}").status_code == 401


@pytest.mark.covers("G-122", "G-124", "G-131")
def test_a_callback_that_this_browser_did_not_ask_for_is_refused(site: Site) -> None:
    site.grant("quality")
    mine, theirs = site.house.browser(), site.house.browser()
    there = mine.get("/staff", follow=False).headers["Location"]
    back = mine.session.get(there, allow_redirects=False).headers["Location"]
    path = back.partition(site.house.settings.app_url)[2]
    assert theirs.get(path).status_code == 400
    assert mine.get(path.replace("/staff/callback", "/callback")).status_code == 400  # no launch has this state
    other = path.replace(urlencode({"iss": site.issuer}), urlencode({"iss": "https://other.example"}))
    assert other != path and mine.get(other).status_code == 400
    assert mine.get(path).status_code == 400  # and its state is used up


def test_where_no_provider_is_set_up_the_page_says_so(house: House) -> None:
    answer = house.browser().get("/staff")
    assert answer.status_code == 400 and "COUNTERSIGN_OIDC_ISSUER" in answer.text
    assert "/staff" not in house.browser().get("/").text


def test_endpoints_may_stand_elsewhere_but_never_in_clear() -> None:
    assert parse_provider(PROVIDER["issuer"], PROVIDER).token_endpoint == PROVIDER["token_endpoint"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "https://login.example.org/"),
        ("issuer", None),
        ("token_endpoint", "http://tokens.example.net/token"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("jwks_uri", None),
        ("jwks_uri", "https://user@tokens.example.net/keys"),
        ("code_challenge_methods_supported", ["plain"]),
    ],
)
def test_a_provider_that_is_not_safe_to_use_is_refused(member: str, value: object) -> None:
    with pytest.raises(LaunchRefused):
        parse_provider(PROVIDER["issuer"], {**PROVIDER, member: value})
