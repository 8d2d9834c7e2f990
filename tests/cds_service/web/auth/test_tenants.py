"""Tenants over HTTP: one issuer for several, several issuers for one; commands that register, print and try them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.__main__ import main
from cds_service.settings import Settings
from cds_service.store import Keyring, open_store
from tests.cds_service.web.ehr_tokens import Ehr
from tests.fhir_server import Canned, FhirServer
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService, in_this_process, migrated

INVOKE = "/cds-services/medication-safety"
VENDOR = "https://vendor.example.org"


@pytest.fixture(scope="module")
def ehrs() -> dict[str, Ehr]:
    """`vendor` signs for two hospitals; the north has a second issuer of its own."""
    vendor = Ehr(VENDOR, "north", "")
    return {"vendor": vendor, "own": Ehr("https://own.example.org/cds", "north", "")}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, ehrs: dict[str, Ehr]) -> Iterator[RunningService]:
    north = ehrs["vendor"].registration(fhir_bases=("https://north.example.org/fhir",))
    south = replace(north, tenant="south", fhir_bases=("https://south.example.org/fhir",), dialect="oracle")
    own = ehrs["own"].registration()
    settings = migrated(tmp_path_factory.mktemp("tenants"), north, south, own)
    for ehr in ehrs.values():
        ehr.public_url = settings.public_url
    with in_this_process(settings) as running:
        yield running


def body(fhir_server: str | None = None) -> dict[str, Any]:
    made = order_sign(draft("bactrim ds bid"), prefetch=chart(medications=bundle(active("warfarin 5 mg daily"))))
    return {**made, "fhirServer": fhir_server} if fhir_server else made


def tenant_of(service: RunningService, reply: Any) -> str:
    uuid_ = reply.cards[0]["uuid"]
    (card,) = [row for row in service.rows("card") if row["uuid"] == uuid_]
    (call,) = [row for row in service.rows("invocation") if row["id"] == card["invocation"]]
    return str(call["tenant"])


@pytest.mark.covers("I13", "design-2.8-tenants")
def test_the_claim_decides_then_the_fhir_server_and_ambiguity_is_401(
    service: RunningService, ehrs: dict[str, Ehr]
) -> None:
    vendor = ehrs["vendor"]
    for named in ("north", "south"):
        by_claim = service.call(body(), headers=vendor.bearer(tenant=named))
        by_server = service.call(body(f"https://{named}.example.org/fhir/"), headers=vendor.bearer())
        assert tenant_of(service, by_claim) == tenant_of(service, by_server) == named
    both = service.call(body("https://south.example.org/fhir"), headers=vendor.bearer(tenant="north"))
    assert tenant_of(service, both) == "north", "the verified claim comes first"
    for open_ in (body(), body("https://elsewhere.example.org/fhir")):
        refused = service.call(open_, headers=vendor.bearer())
        assert (refused.status, refused.text) == (401, "")


def test_the_dialect_is_that_of_the_tenant_and_not_of_the_issuer(service: RunningService, ehrs: dict[str, Ehr]) -> None:
    vendor = ehrs["vendor"]
    standard = service.call(body(), headers=vendor.bearer(tenant="north")).card("drug-interaction")
    raw = service.post(INVOKE, json.dumps(body()).encode(), vendor.bearer(tenant="south"))
    assert standard["suggestions"] and not [card for card in raw.body["cards"] if "suggestions" in card]


@pytest.mark.covers("G10", "G11", "design-2.8-tenants")
def test_feedback_of_an_issuer_of_several_tenants_finds_the_cards_tenant(
    service: RunningService, ehrs: dict[str, Ehr]
) -> None:
    vendor = ehrs["vendor"]
    replies = (service.call(body(), headers=vendor.bearer(tenant=named)) for named in ("north", "south"))
    cards = [reply.cards[0]["uuid"] for reply in replies]
    at = "2026-11-23T10:00:00Z"
    items = [{"card": one, "outcome": "overridden", "outcomeTimestamp": at} for one in cards]
    raw = json.dumps({"feedback": items}).encode()
    assert service.post(f"{INVOKE}/feedback", raw, vendor.bearer(f"{INVOKE}/feedback")).status == 200
    stored = {row["card"]: row["tenant"] for row in service.rows("feedback")}
    assert {stored[card] for card in cards} == {"north", "south"}
    of_north = vendor.bearer(f"{INVOKE}/feedback", tenant="north")
    later = [{**item, "outcomeTimestamp": "2026-11-23T11:00:00Z"} for item in items]
    service.post(f"{INVOKE}/feedback", json.dumps({"feedback": later}).encode(), of_north)
    assert len(service.rows("feedback")) == len(stored) + 1, "a token for the north rates no card of the south"


@pytest.mark.covers("I16", "design-2.8-tenants")
def test_a_second_issuer_of_a_tenant_speaks_for_itself(service: RunningService, ehrs: dict[str, Ehr]) -> None:
    """An identity provider, say: another issuer than the EHR's own FHIR or SMART address."""
    reply = service.call(body(), headers=ehrs["own"].bearer())
    assert tenant_of(service, reply) == "north"
    item = {"card": reply.cards[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"}
    before = len(service.rows("feedback"))
    raw = json.dumps({"feedback": [item]}).encode()
    by_vendor = ehrs["vendor"].bearer(f"{INVOKE}/feedback", tenant="north")
    assert service.post(f"{INVOKE}/feedback", raw, by_vendor).status == 200
    assert len(service.rows("feedback")) == before, "the card was issued to the other issuer"


@pytest.fixture
def run(service: RunningService, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    _variables(service.settings, monkeypatch)
    return lambda *words: CliRunner().invoke(main, list(words))


def _variables(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("run_dir", "bind", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))


def test_the_sheet_holds_all_that_an_analyst_types(service: RunningService, run: Callable[..., Result]) -> None:
    run(
        "clients", "add-app", "--tenant", "north", "--iss", "https://north.example.org/fhir", "--client-id", "app-north"
    )
    sheet = run("clients", "sheet", "north")
    assert sheet.exit_code == 0, sheet.output
    for needed in (
        f"{service.url}/cds-services/medication-safety",
        f"{service.url}/cds-services/medication-safety/feedback",
        "MedicationRequest?patient={{context.patientId}}&status=active",
        "order-sign",
        VENDOR,
        "https://own.example.org/cds",
        "ec, rsa",
        "patient/MedicationRequest.rs",
        "http://127.0.0.1:8001/launch",
        "http://127.0.0.1:8001/callback",
        "app-north",
        f"{service.url}/.well-known/jwks.json",
        "unreviewed",
    ):
        assert needed in sheet.output, needed
    assert "nothing is registered" in run("clients", "sheet", "nobody").output


def test_a_registration_is_tried_for_real_and_what_is_wrong_is_named(
    service: RunningService, run: Callable[..., Result], tmp_path: Path
) -> None:
    with FhirServer() as fhir:
        fhir.answers["metadata"] = Canned({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        west = Ehr("https://west.example.org", "west", service.url)
        with closing(open_store(service.settings, Keyring.load(service.settings))) as store:
            store.registrations.add_cds_client(west.registration(fhir_bases=(fhir.url,), created=datetime.now(UTC)))
        key = tmp_path / "key.json"
        key.write_text(json.dumps({**west.key.as_dict(private=True), "kid": "ec"}))
        _wait_until_known(service, west)
        done = run("clients", "test", "west", "--private-key", str(key))
        assert done.exit_code == 0, done.output
        assert done.output.count("ok    ") == 4 and "All 4 steps passed" in done.output
        pem = tmp_path / "key.pem"
        pem.write_bytes(west.key.as_pem(private=True))
        assert run("clients", "test", "west", "--private-key", str(pem)).exit_code == 0
        pem.write_text("no key")
        assert "not a P-384 or RSA private key" in run("clients", "test", "west", "--private-key", str(pem)).output
        key.write_text(json.dumps({**Ehr("x", "y", "z").key.as_dict(private=True), "kid": "ec"}))
        fhir.answers["metadata"] = Canned({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"})
        wrong = run("clients", "test", "west", "--private-key", str(key))
        assert wrong.exit_code == 1
        assert "FHIR 3.0.2; R4" in wrong.output and "the service answered 401" in wrong.output


def _wait_until_known(service: RunningService, ehr: Ehr) -> None:
    import time

    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if service.call({**body(), "hookInstance": str(uuid.uuid4())}, headers=ehr.bearer()).status == 200:
            return
        time.sleep(0.2)
    raise AssertionError("the new client is not known")
