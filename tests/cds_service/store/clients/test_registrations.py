"""Registered clients: kept as given, replaced when registered again, secrets sealed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.store import CdsClient, SmartClient

CDS = CdsClient(
    tenant="north",
    issuer="https://ehr.example/north",
    jwks={"keys": [{"kty": "EC", "kid": "1"}]},
    jwks_url=None,
    algorithms=("ES384", "RS384"),
    dialect="standard",
    fhir_bases=("https://ehr.example/fhir",),
    max_lifetime=300,
    service_client_id=None,
    created=None,
)
SMART = SmartClient("north", "https://ehr.example/fhir", "countersign", scopes=("launch", "openid"))


@pytest.fixture
def cds_client(feedback_item) -> CdsClient:
    return replace(CDS, created=feedback_item().at)


def test_a_cds_client_comes_back_as_registered(store, cds_client):
    by_url = replace(cds_client, tenant="south", jwks=None, jwks_url="https://ehr.example/jwks", fhir_bases=())
    store.registrations.add_cds_client(by_url)
    store.registrations.add_cds_client(cds_client)
    assert store.registrations.cds_clients() == [cds_client, by_url]


def test_registering_again_replaces_and_both_times_are_on_record(store, cds_client, rows):
    store.registrations.add_cds_client(cds_client)
    rotated = replace(cds_client, jwks={"keys": [{"kid": "2"}]}, max_lifetime=900)
    store.registrations.add_cds_client(rotated)
    assert store.registrations.cds_clients() == [rotated]
    assert rows("SELECT action, tenant FROM audit") == [("register-cds-client", "north")] * 2


@pytest.mark.parametrize(
    "client",
    [
        SMART,
        replace(SMART, secret="s3cret"),
        replace(SMART, private_jwk={"kty": "EC", "d": "s3cret"}, scopes=(), auth_origins=("https://a.example",)),
    ],
)
def test_a_smart_client_comes_back_as_registered_and_its_secret_is_sealed(store, client, settings):
    store.registrations.add_smart_client(client)
    assert store.registrations.smart_clients() == [client]
    assert "s3cret" not in repr(client)
    for path in settings.run_dir.iterdir():
        assert path.is_dir() or b"s3cret" not in path.read_bytes()


def test_one_issuer_may_serve_two_tenants(store):
    store.registrations.add_smart_client(SMART)
    store.registrations.add_smart_client(replace(SMART, tenant="south", client_id="other"))
    assert [client.client_id for client in store.registrations.smart_clients()] == ["countersign", "other"]


def test_a_registration_of_older_code_names_no_other_origin(store, rows):
    store.registrations.add_smart_client(replace(SMART, auth_origins=("https://a.example",)))
    rows("UPDATE smart_client SET auth_origins = NULL")
    assert store.registrations.smart_clients() == [SMART]
