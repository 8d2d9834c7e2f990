"""The SMART launch, walked by hand: what a launch brings, and everything that has to be refused."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from fixtures.ehr.smart_launch import Shelf
from fixtures.ehr.smart_server import PUBLIC_CLIENT_ID

VERIFIER = "v" * 64
SCOPE = "launch openid fhirUser patient/Patient.r patient/MedicationRequest.rs"


def challenge(verifier=VERIFIER):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Walk:
    """One launch on Ruth Alder's chart; each step may be changed by the test."""

    def __init__(self, ehr, secrets):
        self.ehr, self.secrets = ehr, secrets
        self.redirect_uri = ehr.settings.redirect_uri

    def launch(self):
        answer = self.ehr.post(
            "/sandbox/launch",
            json={
                "url": self.ehr.settings.launch_url,
                "appContext": "handle-1",
                "patient": "ruth-alder",
                "encounter": "ruth-alder-visit",
            },
        )
        assert answer.status_code == 201
        query = parse_qs(urlsplit(answer.json()["url"]).query)
        assert query["iss"] == [self.ehr.settings.fhir_base]
        return query["launch"][0]

    def authorize(self, **changes):
        params = {
            "response_type": "code",
            "client_id": self.secrets.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": "state-1",
            "nonce": "nonce-1",
            "aud": self.ehr.settings.fhir_base,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }
        params |= {"launch": changes.pop("launch", None) or self.launch()} | changes
        return self.ehr.get("/smart/authorize", params={name: value for name, value in params.items() if value})

    def code(self, **changes):
        return self.redirected(self.authorize(**changes))["code"]

    def redirected(self, answer):
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(f"{self.redirect_uri}?")
        query = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        assert query["state"] == "state-1"
        assert query["iss"] == self.ehr.settings.fhir_base
        return query

    def token(self, code, auth="confidential", **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        } | changes
        secret = (self.secrets.client_id, self.secrets.client_secret)
        return self.ehr.post("/smart/token", data=form, auth=secret if auth == "confidential" else auth)


@pytest.fixture
def walk(ehr, secrets):
    return Walk(ehr, secrets)


def test_discovery_says_what_smart_asks_for(ehr):
    found = ehr.get("/fhir/.well-known/smart-configuration")
    document = found.json()
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["issuer"] == ehr.settings.fhir_base
    assert {"launch-ehr", "client-confidential-symmetric", "client-public", "permission-v2"} <= set(
        document["capabilities"]
    )
    assert ehr.get("/fhir/.well-known/openid-configuration").json()["jwks_uri"] == document["jwks_uri"]


def test_a_launch_brings_patient_encounter_app_context_and_a_signed_identity(walk, ehr, secrets):
    answer = walk.token(walk.code())
    token = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    assert (token["patient"], token["encounter"]) == ("ruth-alder", "ruth-alder-visit")
    assert token["appContext"] == "handle-1"
    assert token["need_patient_banner"] is True
    assert token["token_type"].lower() == "bearer"
    assert token["scope"].split() == SCOPE.split()
    assert "refresh_token" not in token
    keys = KeySet.import_key_set(ehr.get("/smart/jwks").json())
    identity = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    assert identity.claims["iss"] == ehr.settings.fhir_base
    assert identity.claims["aud"] == [secrets.client_id]
    assert identity.claims["nonce"] == "nonce-1"
    assert identity.claims["fhirUser"] == f"{ehr.settings.fhir_base}/Practitioner/dr-ortiz"
    assert identity.header["kid"]


def test_a_public_client_launches_with_pkce_alone(walk):
    code = walk.code(client_id=PUBLIC_CLIENT_ID)
    assert walk.token(code, auth=None, client_id=PUBLIC_CLIENT_ID).status_code == 200


def test_scopes_that_do_not_exist_here_are_not_granted(walk):
    granted = walk.token(walk.code(scope="launch patient/Patient.r profile system/*.rs patient/Patient.sr")).json()
    assert granted["scope"] == "launch patient/Patient.r"
    assert "id_token" not in granted


def test_without_the_scope_fhir_user_the_identity_has_no_fhir_user(walk, ehr):
    token = walk.token(walk.code(scope="launch openid")).json()
    keys = KeySet.import_key_set(ehr.get("/smart/jwks").json())
    assert "fhirUser" not in jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain", "code_challenge": VERIFIER},
        {"code_challenge_method": None},
        {"aud": "https://elsewhere.example/fhir"},
        {"aud": None},
        {"scope": "openid fhirUser"},
        {"response_type": "token"},
    ],
    ids=["no PKCE", "plain", "no method", "other aud", "no aud", "no launch scope", "implicit"],
)
def test_a_request_that_smart_does_not_allow_goes_back_with_an_error(walk, changes):
    query = walk.redirected(walk.authorize(**changes))
    assert "code" not in query
    assert query["error"] in ("invalid_request", "unsupported_response_type")


def test_a_request_that_fails_does_not_spend_the_launch(walk):
    handle = walk.launch()
    assert "error" in walk.redirected(walk.authorize(launch=handle, aud="https://elsewhere.example/fhir"))
    assert "code" in walk.redirected(walk.authorize(launch=handle))


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://evil.example/callback"}, {"redirect_uri": None}, {"client_id": "nobody"}],
    ids=["other redirect", "no redirect", "unknown client"],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(walk, changes):
    answer = walk.authorize(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "Sandbox: synthetic patients" in answer.text


def test_a_launch_works_once(walk):
    handle = walk.launch()
    assert walk.code(launch=handle)
    assert walk.redirected(walk.authorize(launch=handle))["error"] == "access_denied"
    assert walk.redirected(walk.authorize(launch="made-up"))["error"] == "access_denied"


def test_what_lies_on_the_shelf_goes_off():
    now = [0.0]
    shelf = Shelf(lambda: now[0])
    shelf.put("handle", "thing", 60)
    now[0] = 59.9
    assert shelf.get("handle") == "thing"
    now[0] = 60
    assert shelf.get("handle") is None
    assert shelf.take("handle") is None


def test_a_code_works_once_and_showing_it_again_revokes_its_token(walk, ehr):
    code = walk.code()
    token = walk.token(code).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert ehr.get("/fhir/Patient/ruth-alder", headers=headers).status_code == 200
    assert walk.token(code).json()["error"] == "invalid_grant"
    assert ehr.get("/fhir/Patient/ruth-alder", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:8001/other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
    ids=["wrong verifier", "no verifier", "other redirect", "no redirect", "other grant"],
)
def test_a_token_request_that_does_not_fit_is_refused(walk, changes, error):
    answer = walk.token(walk.code(), **changes)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


@pytest.mark.parametrize("auth", [None, ("countersign-app", "guess"), (PUBLIC_CLIENT_ID, "x")])
def test_a_client_that_does_not_prove_itself_gets_no_token(walk, auth):
    answer = walk.token(walk.code(), auth=auth, client_id=walk.secrets.client_id)
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_a_code_of_one_client_is_worthless_to_another(walk):
    code = walk.code()
    assert walk.token(code, auth=None, client_id=PUBLIC_CLIENT_ID).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://evil.example/launch"},
        {"patient": "nobody"},
        {"encounter": "henry-voss-visit"},
    ],
    ids=["other app", "unknown patient", "visit of another patient"],
)
def test_a_launch_that_does_not_fit_the_chart_is_refused(ehr, changes):
    asked = {"url": ehr.settings.launch_url, "patient": "ruth-alder", "encounter": "ruth-alder-visit"} | changes
    assert ehr.post("/sandbox/launch", json=asked).status_code == 400


def test_a_form_launch_is_redirected_inside_the_frame(ehr):
    answer = ehr.post("/sandbox/launch", data={"url": ehr.settings.launch_url, "patient": "ruth-alder"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{ehr.settings.launch_url}?iss=")
