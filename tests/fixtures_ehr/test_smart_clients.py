"""SMART clients of other people, and what a server must do beyond the launch: renew, revoke, introspect, refuse."""

from __future__ import annotations

import time
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirpy import SyncFHIRClient
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from fixtures.ehr import create_app
from fixtures.ehr.settings import SandboxSettings
from fixtures.ehr.smart_clients import SmartClient
from tests.fixtures_ehr.conftest import Ehr, free_port, serving
from tests.fixtures_ehr.test_smart import VERIFIER, challenge

REDIRECT = "http://127.0.0.1:9/app/callback"
EC, RSA = ECKey.generate_key("P-384", {"kid": "ec-1"}), RSAKey.generate_key(2048, {"kid": "rsa-1"})
JWKS = {"keys": [EC.as_dict(private=False), RSA.as_dict(private=False)]}
SCOPE = "launch/patient openid fhirUser offline_access patient/Patient.r patient/Observation.rs"


@pytest.fixture(scope="module")
def ehr(tmp_path_factory):
    settings = SandboxSettings(run_dir=tmp_path_factory.mktemp("ehr"), base_url=f"http://localhost:{free_port()}")
    apps = (SmartClient("keyed", None, REDIRECT, JWKS), SmartClient("open", None, REDIRECT))
    app = create_app(settings, apps)
    with serving(app, int(settings.base_url.rpartition(":")[2])), requests.Session() as session:
        session.trust_env = False
        yield Ehr(settings, session, app)


def code_for(ehr, client_id, **changes):
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": SCOPE,
        "state": "s",
        "nonce": "n",
        "aud": ehr.settings.fhir_base,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "chosen_patient": "henry-voss",
        **changes,
    }
    answer = ehr.post("/smart/authorize", data=asked)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def assertion(ehr, key=EC, alg="ES384", header=(), **changes):
    claims = {
        "iss": "keyed",
        "sub": "keyed",
        "aud": f"{ehr.settings.base_url}/smart/token",
        "exp": int(time.time()) + 200,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    head = {"alg": alg, "typ": "JWT", "kid": key.kid, **dict(header)}
    signed = jwt.encode(head, {name: value for name, value in claims.items() if value is not None}, key, [alg])
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": signed}


def traded(ehr, client_id="open", proof=None, **changes):
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
    form |= {"code": code_for(ehr, client_id)} if "code" not in changes else {}
    return ehr.post("/smart/token", data=form | (proof or {"client_id": client_id}))


@pytest.mark.covers("K3", "O4")
def test_an_app_that_starts_outside_a_chart_lets_a_person_choose_one(ehr):
    asked = {"response_type": "code", "client_id": "open", "redirect_uri": REDIRECT, "scope": SCOPE, "state": "s"}
    asked |= {
        "nonce": "n",
        "aud": ehr.settings.fhir_base,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    picker = ehr.get("/smart/authorize", params=asked)
    assert picker.status_code == 200 and 'name="chosen_patient" value="ruth-alder"' in picker.text
    token = traded(ehr).json()
    assert token["patient"] == "henry-voss" and "appContext" not in token and token["refresh_token"]


@pytest.mark.covers("N1", "N3", "N4", "N5", "P21")
@pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384")])
def test_an_app_may_prove_itself_with_a_key(ehr, key, alg):
    assert traded(ehr, "keyed", assertion(ehr, key, alg)).status_code == 200


@pytest.mark.covers("N3", "N4")
@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"jti": None},
        {"iss": "open"},
        {"sub": "open", "iss": "open"},
        {"key": ECKey.generate_key("P-384", {"kid": "ec-1"})},
        {"header": [("typ", "at+jwt")]},
    ],
)
def test_an_assertion_that_does_not_stand_gets_no_token(ehr, changes):
    answer = traded(ehr, "keyed", assertion(ehr, **changes))
    assert answer.status_code in (400, 401) and "access_token" not in answer.text


@pytest.mark.covers("N4", "P21")
def test_an_assertion_works_once_and_none_is_no_proof(ehr):
    proof = assertion(ehr)
    assert traded(ehr, "keyed", proof).status_code == 200
    assert traded(ehr, "keyed", proof).json()["error"] == "invalid_client"
    assert traded(ehr, "keyed", {"client_id": "keyed"}).status_code == 401


@pytest.mark.covers("L12", "L13", "P24")
def test_a_refresh_token_works_once_and_a_stolen_one_ends_everything(ehr):
    first = traded(ehr).json()
    form = {"grant_type": "refresh_token", "client_id": "open"}
    second = ehr.post("/smart/token", data={**form, "refresh_token": first["refresh_token"]}).json()
    assert second["refresh_token"] != first["refresh_token"] and can_read(ehr, second)
    assert ehr.post("/smart/token", data={**form, "refresh_token": first["refresh_token"]}).status_code == 400
    assert not can_read(ehr, second) and not can_read(ehr, first)
    assert ehr.post("/smart/token", data={**form, "refresh_token": second["refresh_token"]}).status_code == 400


@pytest.mark.covers("L12")
def test_a_refresh_may_narrow_the_scope_and_never_widen_it(ehr):
    form = {"grant_type": "refresh_token", "client_id": "open"}
    narrower = {**form, "refresh_token": traded(ehr).json()["refresh_token"], "scope": "patient/Patient.r"}
    assert ehr.post("/smart/token", data=narrower).json()["scope"] == "patient/Patient.r"
    wider = {**form, "refresh_token": traded(ehr).json()["refresh_token"], "scope": f"{SCOPE} user/*.cruds"}
    assert ehr.post("/smart/token", data=wider).json()["error"] == "invalid_scope"


def test_a_token_given_back_opens_nothing_and_a_refresh_token_takes_its_access_along(ehr):
    one, two = traded(ehr).json(), traded(ehr).json()
    assert ehr.post("/smart/revoke", data={"client_id": "open", "token": one["access_token"]}).status_code == 200
    assert ehr.post("/smart/revoke", data={"client_id": "open", "token": two["refresh_token"]}).status_code == 200
    assert not can_read(ehr, one) and not can_read(ehr, two)
    assert ehr.post("/smart/revoke", data={"client_id": "open", "token": "unknown"}).status_code == 200


@pytest.mark.covers("O1", "O2")
def test_introspection_tells_the_owner_of_a_token_what_it_stands_for(ehr):
    token = traded(ehr, "keyed", assertion(ehr)).json()
    told = ehr.post("/smart/introspect", data={"token": token["access_token"], **assertion(ehr)}).json()
    assert (told["active"], told["client_id"], told["patient"]) == (True, "keyed", "henry-voss")
    assert told["scope"] == token["scope"] and told["exp"] > time.time()
    assert told["fhirUser"].startswith(ehr.settings.fhir_base) and told["iss"] == ehr.settings.fhir_base
    another = traded(ehr).json()["access_token"]
    assert ehr.post("/smart/introspect", data={"token": another, **assertion(ehr)}).json() == {"active": False}
    assert ehr.post("/smart/introspect", data={"token": another, "client_id": "open"}).status_code == 401


@pytest.mark.covers("O3", "O5")
def test_pages_of_registered_apps_and_no_others_may_call(ehr):
    for path in ("/fhir/.well-known/smart-configuration", "/fhir/metadata"):
        assert ehr.get(path).headers["Access-Control-Allow-Origin"] == "*"
    given = ehr.post("/smart/token", headers={"Origin": "http://127.0.0.1:9"})
    assert given.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:9"
    assert given.headers["Cache-Control"] == "no-store"
    refused = ehr.post("/smart/token", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers


def can_read(ehr, token):
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return ehr.get("/fhir/Patient/henry-voss", headers=headers).status_code == 200


@pytest.mark.covers("P19", "P20", "P22")
def test_fhirclient_of_smart_health_it_launches_and_reads(ehr):
    smart = FHIRClient(
        settings={
            "app_id": "open",
            "api_base": ehr.settings.fhir_base,
            "redirect_uri": REDIRECT,
            "scope": "openid fhirUser patient/Patient.r patient/Observation.rs",
        }
    )
    address = f"{smart.authorize_url}&chosen_patient=henry-voss"  # what the person at the picker adds
    answer = ehr.session.get(address, allow_redirects=False)
    smart.handle_callback(answer.headers["Location"])
    assert smart.ready and smart.patient_id == "henry-voss"
    assert Patient.read("henry-voss", smart.server).birthDate is not None
    found = Observation.where(struct={"patient": "henry-voss", "category": "laboratory"})
    labs = list(found.perform_resources_iter(smart.server))
    assert labs and all(lab.subject.reference == "Patient/henry-voss" for lab in labs)


def test_fhirpy_reads_and_searches_with_a_token_of_this_server(ehr):
    token = traded(ehr).json()["access_token"]
    client = SyncFHIRClient(ehr.settings.fhir_base, authorization=f"Bearer {token}")
    assert client.reference("Patient", "henry-voss").to_resource()["gender"] == "male"
    labs = client.resources("Observation").search(patient="henry-voss", category="laboratory").fetch_all()
    assert {lab["subject"]["reference"] for lab in labs} == {"Patient/henry-voss"}
