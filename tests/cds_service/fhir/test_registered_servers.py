"""With client authentication on: only the tenant's own FHIR bases, and tokens for our own client id there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.cds_service.web.ehr_tokens import Ehr
from tests.fhir_server import TOKEN, FhirServer
from tests.hook_calls import chart, draft, order_sign
from tests.running_service import RunningService, in_this_process, migrated

INVOKE = "/cds-services/medication-safety"


@pytest.fixture(scope="module")
def fhir() -> Iterator[FhirServer]:
    with FhirServer() as server:
        yield server


@pytest.fixture(scope="module")
def north(tmp_path_factory: pytest.TempPathFactory, fhir: FhirServer) -> Iterator[tuple[RunningService, Ehr]]:
    ehr = Ehr("https://north.example.org/cds", "north", "")
    registration = replace(ehr.registration(), fhir_bases=(fhir.url,), service_client_id="countersign-at-north")
    settings = migrated(tmp_path_factory.mktemp("registered"), registration)
    ehr.public_url = settings.public_url
    with in_this_process(settings) as running:
        yield running, ehr


def ask(north: tuple[RunningService, Ehr], fhir_server: str, subject: str) -> Any:
    service, ehr = north
    prefetch = chart()
    del prefetch["allergies"]
    token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "user/*.rs", "subject": subject}
    body = {
        **order_sign(draft("lisinopril 10 mg"), prefetch=prefetch),
        "fhirServer": fhir_server,
        "fhirAuthorization": token,
    }
    reply = service.call(body, headers=ehr.bearer(INVOKE))
    assert reply.status == 200, reply.text
    return reply


@pytest.mark.covers("E8", "E9", "D-85", "SC13")
def test_only_a_token_for_our_client_id_is_used(north: tuple[RunningService, Ehr], fhir: FhirServer) -> None:
    before = len(fhir.asked)
    reply = ask(north, fhir.url, "another-service")
    assert any("the token is for another client" in said for said in reply.not_assessed)
    assert len(fhir.asked) == before
    ask(north, fhir.url + "/", "countersign-at-north")
    assert len(fhir.asked) == before + 1


@pytest.mark.covers("E9", "SC11", "SC12")
def test_only_a_registered_base_is_called(north: tuple[RunningService, Ehr]) -> None:
    with FhirServer() as other:
        reply = ask(north, other.url, "countersign-at-north")
        assert any("not a FHIR server that is registered" in said for said in reply.not_assessed)
        assert other.asked == []
