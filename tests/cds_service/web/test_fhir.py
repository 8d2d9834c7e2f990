"""`/fhir`: tokens by SMART Backend Services, the resources of one tenant and no other, every read on record."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from fhir.resources.R4B import get_fhir_model_class

from cds_service.store import AuditQuery, Keyring, Store, open_store
from tests.balp import violations
from tests.cds_service.web.ehr_tokens import Ehr
from tests.cds_service.web.fhir_reader import ASSERTION, Reader
from tests.hook_calls import PATIENT, active, bundle, chart, draft, order_sign
from tests.running_service import RunningService, in_this_process, migrated

SERVICE = "/cds-services/medication-safety"
KINDS = ("DetectedIssue", "GuidanceResponse", "RequestGroup", "Provenance", "AuditEvent")
WARFARIN = chart(medications=bundle(active("warfarin 5 mg daily")))


@dataclass
class House:
    service: RunningService
    store: Store
    north: Reader
    south: Reader
    cards: list[dict[str, Any]]

    def trail(self, tenant: str = "north") -> list[Any]:
        return [row.event for row in self.store.served.audit(tenant, AuditQuery(), 20)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two tenants; each had the same order answered, the north's with a choice, and one misspelt order beside."""
    ehrs = {name: Ehr(f"https://{name}.example.org/fhir", name, "") for name in ("north", "south")}
    settings = migrated(tmp_path_factory.mktemp("fhir"), *(ehr.registration() for ehr in ehrs.values()))
    with in_this_process(settings) as service, closing(open_store(settings, Keyring.load(settings, {}))) as store:
        readers = {name: Reader(service.url, name, f"warehouse-{name}") for name in ehrs}
        for reader in readers.values():
            store.fhir_clients.add(reader.registration())
        answered = {}
        for name, ehr in ehrs.items():
            ehr.public_url = service.url
            body = order_sign(draft("bactrim ds bid x 3 days for cystitis"), prefetch=WARFARIN)
            answered[name] = service.call(body, headers=ehr.bearer(SERVICE))
            assert answered[name].cards
        misspelt = order_sign(draft("ibuprofin 600 mg tid"), prefetch=WARFARIN)
        assert service.call(misspelt, headers=ehrs["north"].bearer(SERVICE)).cards
        choose(service, ehrs["north"], answered["north"].cards[0])
        yield House(service, store, readers["north"], readers["south"], answered["north"].cards)


def choose(service: RunningService, ehr: Ehr, card: dict[str, Any]) -> None:
    item = {"card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": datetime.now(UTC).isoformat()}
    item["acceptedSuggestions"] = [{"id": card["suggestions"][0]["uuid"]}]
    path = f"{SERVICE}/feedback"
    assert service.post(path, json.dumps({"feedback": [item]}).encode(), ehr.bearer(path)).status == 200


def found(answer: requests.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/fhir+json"
    body = answer.json()
    get_fhir_model_class("Bundle").model_validate(body)
    return [entry["resource"] for entry in body.get("entry", [])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_is_valid_and_can_be_read_by_its_id(house: House, kind: str) -> None:
    token = house.north.token()
    resources = found(house.north.get(kind, token))
    assert resources
    for one in resources:
        get_fhir_model_class(kind).model_validate(one)
        assert kind != "AuditEvent" or violations(one) == []
    one = resources[-1]
    assert house.north.get(f"{kind}/{one['id']}", token).json()["id"] == one["id"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_tenant_never_sees_anothers(house: House, kind: str) -> None:
    theirs = {one["id"] for one in found(house.north.get(kind))}
    token = house.south.token()
    assert theirs.isdisjoint(one["id"] for one in found(house.south.get(f"{kind}?_count=100", token)))
    for id in theirs:
        assert house.south.get(f"{kind}/{id}", token).status_code == 404
        assert not found(house.south.get(f"{kind}?_id={id}", token))


def test_a_page_of_one_tenant_opens_for_no_other_and_cannot_be_bent(house: House) -> None:
    first = house.north.get("GuidanceResponse?_count=1").json()
    (link,) = (one["url"] for one in first["link"] if one["relation"] == "next")
    assert house.south.get(link).status_code == 400
    assert house.north.get(link[:-2]).status_code == 400


def test_pages_give_every_card_once_newest_first_with_no_patient_in_the_address(house: House) -> None:
    token, url, seen = house.north.token(), f"GuidanceResponse?patient=Patient/{PATIENT}&_count=1", []
    while url:
        page = house.north.get(url, token)
        seen += found(page)
        url = next((one["url"] for one in page.json()["link"] if one["relation"] == "next"), "")
        assert PATIENT not in url
    assert [one["id"] for one in seen] == [one["id"] for one in found(house.north.get("GuidanceResponse", token))]
    times = [one["occurrenceDateTime"] for one in seen]
    assert times == sorted(times, reverse=True)
    assert len(seen) >= 2


def test_a_finding_says_what_was_found_in_what_and_what_became_of_it(house: House) -> None:
    card = house.cards[0]
    issue = house.north.get(f"DetectedIssue/{card['uuid']}").json()
    assert issue["detail"] == card["summary"]
    assert issue["code"]["coding"][0]["code"] == card["source"]["topic"]["code"]
    assert issue["patient"] == {"reference": f"Patient/{PATIENT}"}
    assert {"reference": "MedicationRequest/draft-1"} in issue["implicated"]
    assert issue["mitigation"][0]["action"]["text"].startswith("accepted; ")
    assert issue["mitigation"][0]["author"] == {"reference": "Practitioner/dr-ortiz"}


def test_suggestions_stand_whole_in_a_request_group(house: House) -> None:
    card = house.cards[0]
    group = house.north.get(f"RequestGroup/{card['uuid']}").json()
    offered = group["action"][0]
    assert offered["selectionBehavior"] == card["selectionBehavior"]
    assert [one["title"] for one in offered["action"]] == [one["label"] for one in card["suggestions"]]
    contained = {f"#{one['id']}" for one in group["contained"]}
    pointed = {leaf["resource"]["reference"] for one in offered["action"] for leaf in one["action"]}
    assert contained <= pointed
    assert "MedicationRequest/draft-1" in pointed - contained
    guidance = house.north.get(f"GuidanceResponse/{card['uuid']}").json()
    assert guidance["result"] == {"reference": f"RequestGroup/{card['uuid']}"}


def test_what_a_model_took_part_in_wears_the_label_and_what_rules_made_does_not(house: House) -> None:
    token = house.north.token()
    issues = found(house.north.get("DetectedIssue", token))
    labelled = [one["id"] for one in issues if "security" in one["meta"]]
    assert labelled
    assert house.cards[0]["uuid"] not in labelled
    made = found(house.north.get(f"Provenance?target=DetectedIssue/{labelled[0]}", token))
    assert made[0]["reason"][0]["coding"][0]["code"] == "AIAST"
    assert made[0]["contained"][0]["deviceName"][0]["name"] == "drug-linker"
    choices = found(house.north.get(f"Provenance?target=RequestGroup/{house.cards[0]['uuid']}", token))
    assert [one["agent"][0]["type"]["coding"][0]["code"] for one in choices] == ["verifier"]


@pytest.mark.parametrize(
    ("query", "some"),
    [
        (f"patient={PATIENT}", True),
        (f"patient=Patient/{PATIENT}", True),
        (f"patient=https://ehr.example.org/fhir/Patient/{PATIENT}", True),
        ("patient=somebody-else", False),
        ("code=drug-interaction", True),
        ("code=urn:countersign:card-topic|drug-interaction", True),
        ("code=urn:other|drug-interaction", False),
        ("code=renal-dosing", False),
        ("code=renal-dosing,drug-interaction", True),
        ("identified=ge2020", True),
        ("identified=lt2020-01-01", False),
        ("identified=ge2020&identified=lt2021-02", False),
        ("_lastUpdated=gt2020-01-01T00:00:00Z", True),
        ("_lastUpdated=gt2100", False),
        ("identifier=urn:ietf:rfc:3986|urn:uuid:00000000-0000-0000-0000-000000000000", False),
    ],
)
def test_searches_find_what_they_ask_for_and_nothing_else(house: House, query: str, some: bool) -> None:
    assert bool(found(house.north.get(f"DetectedIssue?{query}"))) is some


@pytest.mark.parametrize(
    "query",
    [
        *("patient:exact=x", "patient.name=x", "patient=Group/1", "patient=a&patient=b", "_count=-1", "_page=x"),
        *("identified=yesterday", "identified=ne2020", "identified=2020-01-01T00:00:00"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_passed_over(house: House, query: str) -> None:
    refused = house.north.get(f"DetectedIssue?{query}")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/fhir+json"
    get_fhir_model_class("OperationOutcome").model_validate(refused.json())


def test_a_parameter_that_we_do_not_have_is_not_in_the_self_link_or_is_refused_when_asked(house: House) -> None:
    token = house.north.token()
    link = house.north.get("DetectedIssue?code=drug-interaction&colour=red", token).json()["link"][0]["url"]
    assert "colour" not in link
    assert "code=drug-interaction" in link
    assert house.north.get("DetectedIssue?colour=red", token, Prefer="handling=strict").status_code == 400


def test_a_search_by_post_says_the_same(house: House) -> None:
    form = {"patient": PATIENT}
    url = f"{house.service.url}/fhir/DetectedIssue/_search"
    posted = found(requests.post(url, data=form, headers=house.north.token(), timeout=60))
    assert posted == found(house.north.get(f"DetectedIssue?patient={PATIENT}"))


@pytest.mark.covers("I-143")
def test_every_read_search_token_and_refusal_is_on_record_with_its_patient(house: House) -> None:
    token = house.north.token()
    uuid_ = house.cards[0]["uuid"]
    house.north.get(f"DetectedIssue/{uuid_}", token)
    house.north.get(f"GuidanceResponse?patient={PATIENT}&_count=1", token)
    house.north.get("DetectedIssue?patient:exact=x", token)
    house.north.get("DetectedIssue/none", token)
    missing, refused, search, read, issued = house.trail()[:5]
    assert (issued.action, issued.outcome, issued.detail["client_id"]) == ("fhir-token", "issued", "warehouse-north")
    assert (read.action, read.outcome, read.subject, read.patient) == ("fhir-served-read", "shown", uuid_, PATIENT)
    assert (search.action, search.patient, search.detail["count"]) == ("fhir-served-search", PATIENT, 1)
    assert (refused.action, refused.outcome, refused.detail["status"]) == ("fhir-served-search", "refused", 400)
    assert (missing.action, missing.detail["status"]) == ("fhir-served-read", 404)


def test_a_search_over_patients_leaves_a_row_for_each(house: House) -> None:
    house.north.get("GuidanceResponse")
    assert house.trail()[0].patient == PATIENT


def test_without_a_token_nothing_is_read_and_the_outcome_does_not_say_why(house: House) -> None:
    stranger = {"Authorization": "Bearer " + "A" * 43}
    answers = [
        house.north.get("DetectedIssue", token) for token in ({"X": "y"}, stranger, {"Authorization": "Basic x"})
    ]
    assert {one.status_code for one in answers} == {401}
    assert {one.headers["WWW-Authenticate"] for one in answers} == {"Bearer"}
    assert len({one.text for one in answers}) == 1
    get_fhir_model_class("OperationOutcome").model_validate(answers[0].json())


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("system/DetectedIssue.rs", "DetectedIssue", 200),
        ("system/DetectedIssue.rs", "AuditEvent", 403),
        ("system/DetectedIssue.s", "DetectedIssue/x", 403),
        ("system/*.r", "DetectedIssue", 403),
        ("system/*.read", "DetectedIssue", 200),
        ("system/*.rs", "Patient", 404),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(house: House, scope: str, path: str, status: int) -> None:
    assert house.north.get(path, house.north.token(scope)).status_code == status


def test_a_client_gets_no_more_than_it_is_registered_for(house: House) -> None:
    narrow = Reader(house.service.url, "north", "narrow", "system/DetectedIssue.r")
    house.store.fhir_clients.add(narrow.registration())
    answered = narrow.ask(narrow.form("system/*.rs")).json()
    assert answered["scope"] == "system/DetectedIssue.r"
    assert answered["expires_in"] == 300
    for scope in ("system/AuditEvent.rs", "patient/*.rs", "system/DetectedIssue.r?patient=x", "openid", ""):
        assert narrow.ask(narrow.form(scope)).json() == {"error": "invalid_scope"}


@pytest.mark.covers("N3", "N4", "N5")
def test_a_proof_that_does_not_stand_gets_invalid_client_whatever_the_cause(house: House) -> None:
    north, now = house.north, int(time.time())
    other = Reader(north.url, "north", north.client_id)
    bad = [
        north.form(sub="somebody"),
        north.form(sub=None),
        north.form(iss="nobody", sub="nobody"),
        north.form(aud=f"{north.url}/fhir"),
        north.form(aud=[f"{north.url}/auth/token", "https://other.example.org"]),
        north.form(exp=now - 61),
        north.form(exp=now + 3600),
        north.form(iat=now + 600, exp=now + 700),
        north.form(jti=None),
        other.form(),
        {**north.form(), "client_assertion": "a.b.c"},
        {**north.form(), "client_assertion_type": "other"},
    ]
    for form in bad:
        answered = north.ask(form)
        assert (answered.status_code, answered.json()) == (400, {"error": "invalid_client"}), form
        assert answered.headers["Cache-Control"] == "no-store"


def test_a_proof_works_once(house: House) -> None:
    form = house.north.form()
    assert house.north.ask(form).status_code == 200
    assert house.north.ask(form).json() == {"error": "invalid_client"}


def test_what_is_no_such_request_is_told_in_oauths_words(house: House) -> None:
    north = house.north
    assert north.ask({**north.form(), "grant_type": "password"}).json() == {"error": "unsupported_grant_type"}
    url = f"{north.url}/auth/token"
    assert requests.post(url, json=north.form(), timeout=60).json() == {"error": "invalid_request"}
    twice = [("grant_type", "client_credentials"), ("grant_type", "client_credentials"), ("x", ASSERTION)]
    assert requests.post(url, data=twice, timeout=60).json() == {"error": "invalid_request"}


def test_a_removed_client_gets_no_token_and_an_id_stays_with_its_tenant(house: House) -> None:
    gone = Reader(house.service.url, "north", f"gone-{uuid.uuid4()}")
    house.store.fhir_clients.add(gone.registration())
    assert gone.ask(gone.form()).status_code == 200
    assert house.store.fhir_clients.remove(gone.client_id)
    assert gone.ask(gone.form()).json() == {"error": "invalid_client"}


def test_the_capability_statement_and_the_smart_configuration_are_for_anybody(house: House) -> None:
    url = house.service.url
    statement = requests.get(f"{url}/fhir/metadata", timeout=60)
    get_fhir_model_class("CapabilityStatement").model_validate(statement.json())
    assert statement.json()["fhirVersion"] == "4.0.1"
    assert [one["type"] for one in statement.json()["rest"][0]["resource"]] == list(KINDS)
    smart = requests.get(f"{url}/fhir/.well-known/smart-configuration", timeout=60)
    assert smart.json()["token_endpoint"] == f"{url}/auth/token"
    assert smart.headers["Content-Type"] == "application/json"
    for open_to_all in (statement, smart):
        assert open_to_all.headers["Access-Control-Allow-Origin"] == "*"


def test_xml_is_not_to_be_had(house: House) -> None:
    assert house.north.get("DetectedIssue", Accept="application/fhir+xml").status_code == 406


def test_where_client_authentication_is_off_everybody_reads_as_local(service: RunningService) -> None:
    service.ask(order_sign(draft("bactrim ds bid x 10d"), prefetch=WARFARIN))
    answered = requests.get(f"{service.url}/fhir/DetectedIssue?patient={PATIENT}", timeout=60)
    assert found(answered)
