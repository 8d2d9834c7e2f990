"""Who is signed in: a wrong id_token refuses the launch, a missing one turns feedback off and says why."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from json import dumps
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.smart_app.browser import words
from tests.smart_app.fake_ehr import CLIENT_ID, CLIENT_SECRET
from tests.smart_app.house import House

NOW = int(time.time())


def launched(house: House) -> Any:
    return house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", house.card("p1"))))


def refused(response: Any, reason: str) -> None:
    assert (response.status_code, f"<code>id-token-{reason}</code>" in response.text) == (400, True), words(
        response.text
    )


@pytest.mark.covers("SA6", "SA7", "G-127", "G-128", "M6")
@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": [CLIENT_ID, "another-client"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"azp": "another-client"}, "azp"),
        ({"exp": NOW - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": NOW + 3600}, "iat"),
        ({"iat": NOW - 7200}, "iat"),
        ({"iat": None}, "iat"),
        ({"nonce": "of another launch"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "sub"),
        ({"fhirUser": "https://evil.example/fhir/Practitioner/dr-1"}, "fhir-user"),
        ({"fhirUser": "Patient/p1"}, "fhir-user"),
        ({"fhirUser": "javascript:alert(1)"}, "fhir-user"),
        ({"fhirUser": "Practitioner/../Patient/p1"}, "fhir-user"),
        ({"fhirUser": "Practitioner/dr-1/_history/"}, "fhir-user"),
        ({"fhirUser": "Practitioner/dr-1/_history/1/x"}, "fhir-user"),
        ({"fhirUser": ["Practitioner/dr-1"]}, "fhir-user"),
    ],
)
def test_a_wrong_claim_refuses_the_launch(house: House, claims: dict[str, Any], reason: str) -> None:
    house.ehr.claims = claims
    refused(launched(house), reason)


def unsigned(claims: dict[str, Any]) -> str:
    head, body = (urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims))
    return f"{head}.{body}."


def signed_with_the_client_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"])


def signed_with_another_key(claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048, {"kid": "k1"})
    header = {"alg": "RS256", "kid": "k1", "jwk": other.as_dict(private=False)}
    return jwt.encode(header, claims, other, algorithms=["RS256"])


@pytest.mark.covers("SA6", "G-127", "M6")
@pytest.mark.parametrize("make", [unsigned, signed_with_the_client_secret, signed_with_another_key])
def test_a_forged_signature_refuses_the_launch(house: House, make: Any) -> None:
    house.ehr.make_id_token = make
    refused(launched(house), "signature")


def test_text_that_is_no_token_refuses_the_launch(house: House) -> None:
    house.ehr.make_id_token = lambda _: "a.b.c"
    refused(launched(house), "signature")


@pytest.mark.covers("G-127")
def test_a_rotated_key_is_found_at_the_next_launch(house: House) -> None:
    assert launched(house).status_code == 200
    kept = house.ehr.key
    house.ehr.key = RSAKey.generate_key(2048, {"kid": "k2"})
    house.ehr.make_id_token = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "k2"}, claims, house.ehr.key, algorithms=["RS256"]
    )
    try:
        assert launched(house).status_code == 200
    finally:
        house.ehr.key = kept


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    "user", ["Practitioner/dr-1", "PractitionerRole/r-1", "Person/9", "Practitioner/dr-1/_history/3"]
)
def test_a_relative_fhir_user_is_a_person_of_this_server(house: House, user: str) -> None:
    house.ehr.claims = {"fhirUser": user}
    assert 'action="/feedback"' in launched(house).text


def test_without_an_id_token_the_evidence_opens_and_feedback_is_off(house: House) -> None:
    house.ehr.make_id_token = lambda _: None
    response = launched(house)
    assert response.status_code == 200 and 'action="/feedback"' not in response.text
    assert "Feedback is off. The EHR did not say who is signed in" in words(response.text)


def test_without_fhir_user_the_evidence_opens_and_feedback_is_off(house: House) -> None:
    house.ehr.claims = {"fhirUser": None}
    assert "Feedback is off. The EHR named no clinician" in words(launched(house).text)


def test_an_id_token_that_cannot_be_checked_refuses_the_launch(house: House) -> None:
    del house.ehr.configuration["issuer"]
    refused(launched(house), "no-issuer-published")


def elsewhere(house: House, **document: Any) -> None:
    """An EHR that names no issuer in its SMART configuration, only in its id_token and its OpenID configuration."""
    issuer = f"{house.ehr.base}/login"
    for member in ("issuer", "jwks_uri"):
        del house.ehr.configuration[member]
    house.ehr.openid = {"issuer": issuer, "jwks_uri": f"{house.ehr.base}/keys", **document}
    house.ehr.claims = {"iss": issuer}


@pytest.mark.covers("M6")
def test_an_issuer_that_only_the_id_token_names_is_asked_at_its_own_openid_configuration(house: House) -> None:
    elsewhere(house)
    assert 'action="/feedback"' in launched(house).text


@pytest.mark.covers("M6", "SA6")
@pytest.mark.parametrize(
    ("document", "claims"),
    [
        ({"issuer": "http://localhost/other"}, {}),
        ({"issuer": None}, {}),
        ({"jwks_uri": None}, {}),
        ({}, {"iss": "https://evil.example"}),
        ({}, {"iss": "http://[::1"}),
        ({}, {"iss": None}),
    ],
)
def test_an_issuer_that_does_not_name_itself_on_this_server_is_not_believed(
    house: House, document: dict[str, Any], claims: dict[str, Any]
) -> None:
    elsewhere(house, **document)
    house.ehr.claims |= claims
    response = launched(house)
    assert response.status_code == 400 and "could not be trusted" in response.text


def test_an_issuer_in_another_place_is_not_asked_for_keys(house: House) -> None:
    elsewhere(house, jwks_uri="https://evil.example/keys")
    assert launched(house).status_code == 400
