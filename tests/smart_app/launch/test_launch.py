"""EHR launch over real HTTP: what opens, and what is refused before a code or token is sent anywhere."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from json import dumps
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Response, redirect
from joserfc.jwk import ECKey, RSAKey

from cds_service.cli.clients import SCOPES
from cds_service.store import SmartClient
from smart_app.smart.scopes import ASKED
from tests.browser.three_apps import free_ports
from tests.smart_app.browser import Browser, hidden_fields, words
from tests.smart_app.fake_ehr import CLIENT_ID, CLIENT_SECRET, PATIENT, flask_app, running
from tests.smart_app.house import House
from tests.smart_app.sample_card import TENANT

DISCOVERY = "/fhir/.well-known/smart-configuration"


def at_the_ehr(house: House, patient: str = "p1", **launch: Any) -> tuple[Browser, str]:
    """A browser that has just been sent to /authorize, and that address."""
    browser = house.browser()
    query = house.ehr.launch_query(house.ehr.launch(patient, **launch))
    return browser, browser.get(f"/launch?{query}", follow=False).headers["Location"]


def callback_of(browser: Browser, authorize: str) -> str:
    return browser.get(authorize, follow=False).headers["Location"]


def refused(response: Any, reason: str, status: int = 400) -> None:
    assert (response.status_code, f"<code>{reason}</code>" in response.text) == (status, True), words(response.text)


@pytest.mark.covers("K1", "K14", "L14", "M8", "P18", "P23", "S5", "SA3", "SA4", "K2", "K8", "K9", "K10", "K11", "K15")
def test_the_authorization_request_carries_pkce_state_nonce_and_aud(house: House) -> None:
    _, url = at_the_ehr(house)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["aud"] == house.ehr.iss and asked["redirect_uri"] == f"{house.settings.app_url}/callback"
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["scope"] == ASKED == SCOPES
    assert not {"max_age", "prompt", "auth_time"} & set(asked) and "_access" not in asked["scope"]
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43 and asked["state"] != asked["nonce"]


@pytest.mark.covers("SA1", "K4")
def test_an_unregistered_issuer_is_refused_before_any_network_call(house: House) -> None:
    handle = house.ehr.launch("p1")
    for iss in (house.ehr.iss + "/", house.ehr.iss.upper(), "http://127.0.0.1:9/fhir", "javascript:alert(1)"):
        refused(house.browser().get(f"/launch?{urlencode({'iss': iss, 'launch': handle})}"), "iss-not-registered")
    assert house.ehr.seen == []


@pytest.mark.parametrize(
    "query", ["", "launch=b", "iss=a&launch=b&launch=c", "iss=a&iss=b&launch=c", "iss=&launch=c", "iss=a&launch="]
)
def test_a_launch_without_one_iss_and_one_launch_is_refused(house: House, query: str) -> None:
    refused(house.browser().get(f"/launch?{query}"), "no-iss-or-launch")


@pytest.mark.covers("SA3", "G-121", "K7", "K9")
@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("code_challenge_methods_supported", None, "no-s256"),
        ("code_challenge_methods_supported", ["plain"], "no-s256"),
        ("code_challenge_methods_supported", ["S256", "plain"], "pkce-plain"),
        ("authorization_endpoint", None, "no-authorization-endpoint"),
        ("authorization_endpoint", "https://evil.example/authorize", "other-origin-authorization-endpoint"),
        ("token_endpoint", "http://localhost:1/token", "other-origin-token-endpoint"),
        ("token_endpoint", "http://user@localhost:1/token", "other-origin-token-endpoint"),
        ("jwks_uri", "//evil.example/keys", "other-origin-jwks-uri"),
        ("issuer", "https://evil.example", "other-origin-issuer"),
        ("grant_types_supported", ["client_credentials"], "no-authorization-code"),
        ("token_endpoint_auth_methods_supported", ["private_key_jwt"], "token-auth-method"),
    ],
)
def test_a_server_that_is_not_safe_to_use_is_refused(house: House, member: str, value: object, reason: str) -> None:
    house.ehr.configuration[member] = value
    refused(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))), reason)
    assert house.ehr.seen == [DISCOVERY]


@pytest.mark.covers("K5", "K6")
def test_relative_endpoints_are_resolved_against_the_fhir_base(house: House) -> None:
    house.ehr.configuration["authorization_endpoint"] = "../authorize"
    assert at_the_ehr(house)[1].startswith(f"{house.ehr.base}/authorize?")


@contextmanager
def registered(house: House, **changes: Any) -> Iterator[None]:
    """The app's registration at the EHR, otherwise than usual for as long as the block lasts."""
    usual = SmartClient(TENANT, house.ehr.iss, CLIENT_ID, CLIENT_SECRET)
    house.store.registrations.add_smart_client(replace(usual, **changes))
    try:
        yield
    finally:
        house.store.registrations.add_smart_client(usual)


def test_an_authorization_server_elsewhere_is_used_when_the_registration_names_its_origin(house: House) -> None:
    """As Oracle and others keep it: FHIR on one host, authorization on another."""
    (port,) = free_ports(1)
    other = f"http://localhost:{port}"
    with running(flask_app(house.ehr), port, "localhost"), registered(house, auth_origins=(other,)):
        for member in ("authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint", "issuer"):
            house.ehr.configuration[member] = house.ehr.configuration[member].replace(house.ehr.base, other)
        house.ehr.claims = {"iss": house.ehr.configuration["issuer"]}
        browser, authorize = at_the_ehr(house)
        assert authorize.startswith(f"{other}/authorize?")
        page = browser.get(callback_of(browser, authorize))
        assert page.status_code == 200 and "Patient/p1" in page.text
        browser.post("/logout", hidden_fields(page.text))
        assert house.ehr.revoked


@pytest.mark.covers("G-121", "G-124")
@pytest.mark.parametrize("member", ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"])
def test_naming_one_other_origin_lets_no_third_one_in(house: House, member: str) -> None:
    house.ehr.configuration[member] = "https://evil.example/x"
    with registered(
        house, auth_origins=("https://auth.example", "https://evil.example:8443", "https://sub.evil.example")
    ):
        response = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1")))
    refused(response, f"other-origin-{member.replace('_', '-')}")
    assert house.ehr.seen == [DISCOVERY]


def drip() -> Response:
    """A body that goes on for as long as somebody reads it."""

    def body() -> Any:
        while True:
            yield b" "
            time.sleep(0.05)

    return Response(body(), mimetype="application/json")


@pytest.mark.covers("G-121")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: Response("<html>", mimetype="text/html"), "smart-configuration-not-json"),
        (lambda: Response("[1]", mimetype="application/json"), "smart-configuration-not-json"),
        (lambda: Response("[" * 100_000, mimetype="application/json"), "smart-configuration-not-json"),
        (lambda: Response(" " * 5_000_000, mimetype="application/json"), "smart-configuration-too-long"),
        (lambda: redirect("/elsewhere"), "smart-configuration-redirect"),
        (lambda: Response("no", 500), "smart-configuration-status-500"),
    ],
)
def test_an_unusable_configuration_is_refused(house: House, answer: Any, reason: str) -> None:
    house.ehr.well_known = answer
    refused(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))), reason, 502)
    assert house.ehr.seen == [DISCOVERY]


def test_a_byte_order_mark_before_a_configuration_is_passed_over(house: House) -> None:
    configuration = "\ufeff" + dumps(house.ehr.configuration)
    house.ehr.well_known = lambda: Response(configuration, mimetype="application/json")
    assert house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))).status_code == 200


@pytest.mark.covers("G-121")
def test_a_dripping_configuration_ends_at_the_deadline(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the deadline ends it, so that any answer shows it."""
    monkeypatch.setattr("smart_app.smart.discovery.DEADLINE_S", 0.4)
    house.ehr.well_known = drip
    refused(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))), "smart-configuration-deadline", 502)


@pytest.mark.covers("SA2", "G-122", "K12")
def test_a_state_works_once(house: House) -> None:
    browser, authorize = at_the_ehr(house)
    callback = callback_of(browser, authorize)
    assert browser.get(callback, follow=False).status_code == 303
    house.ehr.seen.clear()
    refused(browser.get(callback), "state")
    assert house.ehr.seen == []


@pytest.mark.covers("SA2", "G-122", "G-131", "K12")
def test_another_browser_cannot_finish_a_launch_and_does_not_spoil_it(house: House) -> None:
    browser, authorize = at_the_ehr(house)
    callback = callback_of(browser, authorize)
    house.ehr.seen.clear()
    refused(house.browser().get(callback), "state")
    assert house.ehr.seen == []
    assert browser.get(callback, follow=False).status_code == 303


@pytest.mark.covers("G-122")
def test_a_callback_without_a_known_state_sends_no_code(house: House) -> None:
    browser, _ = at_the_ehr(house)
    house.ehr.seen.clear()
    for query in ("code=c", "code=c&state=", "code=c&state=wrong", "error=access_denied", "state=a&state=b&code=c"):
        refused(browser.get(f"/callback?{query}"), "state")
    assert house.ehr.seen == []


@pytest.mark.covers("SA2", "G-122")
def test_a_state_older_than_ten_minutes_is_refused(house: House) -> None:
    browser, authorize = at_the_ehr(house)
    callback = callback_of(browser, authorize)
    house.clock.ahead = 601
    refused(browser.get(callback), "state")


@pytest.mark.covers("SA5", "G-124")
def test_an_answer_of_another_issuer_is_refused_without_a_token_call(house: House) -> None:
    house.ehr.authorize_iss = "https://evil.example"
    browser, authorize = at_the_ehr(house)
    refused(browser.get(callback_of(browser, authorize)), "callback-iss")
    assert "/token" not in house.ehr.seen


def test_the_issuer_of_the_launch_may_name_itself(house: House) -> None:
    house.ehr.authorize_iss = house.ehr.iss
    browser, authorize = at_the_ehr(house)
    assert browser.get(callback_of(browser, authorize)).status_code == 200


@pytest.mark.covers("K13")
def test_an_error_answer_is_shown_as_text(house: House) -> None:
    house.ehr.authorize_error = "<script>alert(1)</script>"
    browser, authorize = at_the_ehr(house)
    response = browser.get(callback_of(browser, authorize))
    refused(response, "authorization-error")
    assert "<script" not in response.text and "<script>alert(1)</script>" in words(response.text)


@pytest.mark.covers("G-125")
def test_two_launches_at_once_each_land_on_their_own_patient(house: House) -> None:
    browser = house.browser()
    walks = []
    for patient in ("pa", "pb"):
        query = house.ehr.launch_query(house.ehr.launch(patient, house.card(patient)))
        walks.append(browser.get(f"/launch?{query}", follow=False).headers["Location"])
    callbacks = [callback_of(browser, authorize) for authorize in walks]
    pages = [browser.get(callback) for callback in reversed(callbacks)]
    assert "Patient/pb" in pages[0].text and "Patient/pa" in pages[1].text
    again = browser.get(pages[0].url)
    assert "Patient/pb" in again.text and "Patient/pa" not in again.text


@pytest.mark.covers("L5", "L8")
@pytest.mark.parametrize(
    ("launch", "reason"),
    [
        ({"token_type": "mac"}, "token-not-bearer"),
        ({"access_token": ""}, "token-not-bearer"),
        ({"access_token": "a\r\nX-Injected: b"}, "token-not-bearer"),
        ({"patient": None}, "no-patient"),
        ({"patient": "../Patient/p2"}, "no-patient"),
        ({"patient": ["p1"]}, "no-patient"),
    ],
)
def test_a_token_that_is_no_use_is_refused(house: House, launch: dict[str, Any], reason: str) -> None:
    handle = house.ehr.launch("p1")
    house.ehr.launches[handle].update(launch)
    refused(house.browser().launch(house.ehr.launch_query(handle)), reason)


@pytest.mark.covers("P19")
def test_a_code_may_be_a_signed_token_of_some_thousand_characters(house: House) -> None:
    """As the SMART Health IT launcher and several EHRs make them."""
    house.ehr.code_bytes = 4000
    assert house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))).status_code == 200


@pytest.mark.covers("L5")
def test_a_token_without_end_is_refused_and_breaks_nothing(house: House) -> None:
    handle = house.ehr.launch("p1")
    house.ehr.launches[handle]["expires_in"] = float("inf")
    refused(house.browser().launch(house.ehr.launch_query(handle)), "token-unreadable", 502)


@pytest.mark.covers("N1", "N3", "N4", "N5", "L3")
@pytest.mark.parametrize(
    "key",
    [ECKey.generate_key("P-384", {"kid": "ec-1"}), RSAKey.generate_key(2048, {"kid": "rsa-1"})],
    ids=("ES384", "RS384"),
)
def test_a_client_with_a_private_key_proves_itself_by_assertion(
    house: House, key: ECKey | RSAKey, request: pytest.FixtureRequest
) -> None:
    house.ehr.client_key = key
    house.store.registrations.add_smart_client(
        SmartClient(TENANT, house.ehr.iss, CLIENT_ID, private_jwk=key.as_dict(private=True))
    )
    try:
        assert house.open("p1")
        assert house.ehr.assertion_algorithm == request.node.callspec.id
    finally:
        house.store.registrations.add_smart_client(SmartClient(TENANT, house.ehr.iss, CLIENT_ID, CLIENT_SECRET))


@pytest.mark.covers("L1", "L2")
def test_a_public_client_names_itself_and_proves_itself_by_pkce_alone(house: House) -> None:
    house.ehr.public = True
    house.store.registrations.add_smart_client(SmartClient(TENANT, house.ehr.iss, CLIENT_ID))
    try:
        assert house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))).status_code == 200
    finally:
        house.store.registrations.add_smart_client(SmartClient(TENANT, house.ehr.iss, CLIENT_ID, CLIENT_SECRET))


@pytest.mark.covers("N7")
def test_a_wrong_client_secret_ends_in_a_page_that_says_so(house: House) -> None:
    browser, authorize = at_the_ehr(house)
    callback = callback_of(browser, authorize)
    house.store.registrations.add_smart_client(SmartClient(TENANT, house.ehr.iss, CLIENT_ID, "rotated"))
    try:
        response = browser.get(callback)
        refused(response, "token-error-invalid_client")
        assert "trying again will not help" in words(response.text)
    finally:
        house.store.registrations.add_smart_client(SmartClient(TENANT, house.ehr.iss, CLIENT_ID, CLIENT_SECRET))


def test_a_code_that_the_server_does_not_know_opens_nothing(house: House) -> None:
    browser, authorize = at_the_ehr(house)
    callback = callback_of(browser, authorize)
    house.ehr.codes.clear()
    refused(browser.get(callback), "token-error-invalid_grant")


@pytest.mark.covers("G-130", "K16")
@pytest.mark.parametrize(
    "path", ["/callback?next=//evil.example", "/launch?next=//evil.example", "/?next=//evil.example"]
)
def test_nothing_redirects_to_an_address_from_the_url(house: House, path: str) -> None:
    assert "Location" not in house.browser().get(path, follow=False).headers


@pytest.mark.covers("SA8", "H-136")
def test_a_card_of_another_patient_or_tenant_is_refused_and_audited(house: House) -> None:
    others = [house.card("someone-else"), house.card("p1", tenant="other-tenant"), "no-such-handle"]
    for handle in others:
        browser = house.browser()
        response = browser.launch(house.ehr.launch_query(house.ehr.launch("p1", handle)))
        assert response.status_code == 404 and "not one of the patient" in words(response.text)
        assert not any(name.startswith("__Host-countersign") for name in browser.cookies)
    assert [detail for _, outcome, detail in audit_rows(house) if outcome == "refused"][-3:] == [
        '{"reason":"card-of-another-patient"}',
        '{"reason":"card-of-another-tenant"}',
        '{"reason":"card-unknown"}',
    ]


def audit_rows(house: House) -> list[tuple[str, str, str]]:
    """(action, outcome, detail) of every audit row of the app, oldest first."""
    query = "SELECT action, outcome, detail FROM audit WHERE action LIKE 'smart-%' ORDER BY seq"
    with closing(sqlite3.connect(house.settings.run_dir / "countersign.sqlite3")) as database:
        return list(database.execute(query))


def test_every_step_leaves_an_audit_row(house: House) -> None:
    before = len(audit_rows(house))
    house.open("p1")
    assert [row[:2] for row in audit_rows(house)[before:]] == [
        ("smart-launch", "begun"),
        ("smart-launch", "opened"),
        ("smart-evidence", "shown"),
    ]
    assert house.store.verify_audit().intact


@pytest.mark.covers("L11")
@pytest.mark.parametrize("missing", ["identifier", "birthDate", "gender", "name"])
def test_a_patient_with_less_on_record_opens_too(house: House, missing: str) -> None:
    house.ehr.person = {name: value for name, value in PATIENT.items() if name != missing}
    for card in (house.card("p1"), None):
        response = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", card)))
        assert response.status_code == 200, words(response.text)
        assert ("no name on record" in response.text) == (missing == "name")


@pytest.mark.covers("L5", "L9", "L10", "L4")
@pytest.mark.parametrize(
    "token",
    [
        {"token_type": "bearer", "expires_in": "3600"},
        {"expires_in": "3599.9"},
        {"expires_in": None, "scope": None},
        {"scope": "launch openid fhirUser patient/*.read", "tenant": "a", "__epic.dstu2.patient": "T1", "user": "U"},
        {"fhirContext": [{"reference": "ImagingStudy/1"}], "need_patient_banner": "true", "encounter": "Encounter/e1"},
        {"smart_style_url": "https://elsewhere.example/style.json", "intent": "reconcile", "client_id": CLIENT_ID},
    ],
)
def test_a_token_answer_in_the_manner_of_other_servers_opens(house: House, token: dict[str, Any]) -> None:
    response = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", house.card("p1"), **token)))
    assert response.status_code == 200, words(response.text)
