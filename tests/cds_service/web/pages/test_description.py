"""What the service says of itself: OpenAPI, schemas and pages hold what its code does, and nothing of a patient."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from jsonschema_rs import Draft202012Validator
from markupsafe import escape

from cds_service.hooks import HOOKS
from cds_service.models import WEIGHTS
from cds_service.models.manifest import WeightsFolder
from cds_service.web.openapi import OPERATIONS, routes
from cds_service.web.schemas import all_schemas
from tests.cds_service.web.ehr_tokens import Ehr
from tests.hook_calls import active, bundle, draft, order_sign
from tests.running_service import RunningService

WARFARIN = {"medications": bundle(active("warfarin 5 mg daily")), "allergies": bundle()}


def fetched(service: RunningService, path: str, **headers: str) -> requests.Response:
    return requests.get(service.url + path, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def api(service: RunningService) -> dict[str, Any]:
    document: dict[str, Any] = fetched(service, "/openapi.json").json()
    return document


def test_every_route_of_the_app_stands_in_the_document(service: RunningService) -> None:
    from cds_service import create_app

    assert set(routes(create_app(service.settings))) <= set(OPERATIONS)


def test_every_service_and_its_feedback_have_a_path(api: dict[str, Any], service: RunningService) -> None:
    for one in service.get("/cds-services").body["services"]:
        call = api["paths"][f"/cds-services/{one['id']}"]["post"]
        assert one["hook"] in call["requestBody"]["content"]["application/json"]["schema"]["discriminator"]["mapping"]
        assert "post" in api["paths"][f"/cds-services/{one['id']}/feedback"]


def test_calls_need_the_clients_token_where_client_authentication_is_on(
    api: dict[str, Any], guarded_service: RunningService
) -> None:
    guarded = fetched(guarded_service, "/openapi.json").json()
    path = "/cds-services/medication-safety"
    assert guarded["paths"][path]["post"]["security"] == [{"clientToken": []}]
    assert "security" not in api["paths"][path]["post"]
    assert {"400", "401", "404", "405", "412", "413", "415", "500", "503"} < set(
        api["paths"][path]["post"]["responses"]
    )


@pytest.mark.parametrize("name", all_schemas())
def test_each_schema_is_valid_and_stands_at_its_own_address(service: RunningService, name: str) -> None:
    response = fetched(service, f"/schemas/{name}.json")
    assert response.headers["Content-Type"] == "application/schema+json"
    assert response.json()["$id"] == f"{service.url}/schemas/{name}.json"
    Draft202012Validator(response.json())


def test_a_schema_that_is_not_there_is_404(service: RunningService) -> None:
    assert fetched(service, "/schemas/secrets.json").status_code == 404


@pytest.mark.covers("H4")
def test_requests_and_answers_fit_the_published_schemas(service: RunningService) -> None:
    body = order_sign(draft("bactrim ds bid x 10d"), prefetch=WARFARIN)
    answered = service.ask(body)
    assert answered.cards
    for name, value in (
        ("request-order-sign", body),
        ("response", answered.body),
        ("discovery", service.get("/cds-services").body),
        ("readiness", service.get("/readyz").body),
        ("outcome", service.call({**body, "hookInstance": "x"}).body),
        ("recent-calls", service.get("/recent-calls").body),
    ):
        Draft202012Validator(all_schemas()[name]).validate(value)


def test_there_is_a_request_schema_for_every_hook() -> None:
    assert {f"request-{name}" for name in HOOKS} <= set(all_schemas())


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_take_no_script_and_nothing_from_elsewhere(service: RunningService, path: str) -> None:
    page = fetched(service, path)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    linked = re.findall(r'(?:href|src)="([^"#]+)"', page.text)
    assert linked
    assert not [one for one in linked if "//" in one]


def test_every_link_of_a_page_leads_somewhere(service: RunningService) -> None:
    linked = {one for path in ("/", "/docs") for one in re.findall(r'href="([^"#:]+)"', fetched(service, path).text)}
    for one in linked:
        assert fetched(service, f"/{one.removeprefix('./')}").status_code == 200, one


@pytest.mark.covers("B12")
def test_the_start_page_has_every_address_hook_and_prefetch_query(service: RunningService) -> None:
    page = fetched(service, "/").text
    for one in service.get("/cds-services").body["services"]:
        assert f"{service.url}/cds-services/{one['id']}" in page
        assert f"<code>{one['hook']}</code>" in page
        assert all(query.replace("&", "&amp;") in page for query in one["prefetch"].values())
    assert service.rooms is not None
    assert service.rooms.knowledge.version in page
    assert f"{service.rooms.knowledge.unreviewed} rows that can speak have not been reviewed" in page


def test_recent_calls_show_outcome_and_time_and_nothing_of_the_patient(service: RunningService) -> None:
    service.ask(order_sign(draft("bactrim ds bid x 10d"), prefetch=WARFARIN))
    service.call({"hook": "order-sign"})
    refused, answered = service.get("/recent-calls").body["calls"][:2]
    assert (refused["outcome"], refused["status"], refused["reason"]) == ("refused", 400, "InvalidRequest")
    assert (answered["outcome"], answered["hook"], answered["cards"]) == ("answered", "order-sign", 1)
    assert answered["duration_ms"] > 0
    page = fetched(service, "/").text
    assert "refused 400: InvalidRequest" in page
    for told in ("ruth-alder", "warfarin", "bactrim", "dr-ortiz"):
        assert told not in page


def test_with_client_authentication_only_the_client_itself_sees_its_calls(
    guarded_service: RunningService, registered_ehr: Ehr
) -> None:
    path = "/cds-services/medication-safety"
    guarded_service.call(order_sign(draft("metformin 500 mg")), headers=registered_ehr.bearer(path))
    guarded_service.call({"hook": "order-sign"}, headers=registered_ehr.bearer(path))
    assert fetched(guarded_service, "/recent-calls").status_code == 401
    assert fetched(guarded_service, "/recent-calls", **registered_ehr.bearer(path)).status_code == 401
    own = fetched(guarded_service, "/recent-calls", **registered_ehr.bearer("/recent-calls")).json()
    assert (own["tenant"], own["issuer"]) == ("north", registered_ehr.issuer)
    assert [call["outcome"] for call in own["calls"][:2]] == ["refused", "answered"]


def test_the_start_page_asks_for_the_same_proof(guarded_service: RunningService, registered_ehr: Ehr) -> None:
    stranger = fetched(guarded_service, "/")
    assert stranger.status_code == 200
    assert "Shown to the client that made them" in stranger.text
    assert registered_ehr.issuer not in stranger.text
    assert registered_ehr.issuer in fetched(guarded_service, "/", **registered_ehr.bearer("/")).text
    assert fetched(guarded_service, "/", Authorization="Bearer a.b.c").status_code == 401


def test_calls_of_another_client_or_tenant_are_not_shown(service: RunningService) -> None:
    service.ask(order_sign(draft("metformin 500 mg")))
    assert service.rooms is not None
    of = service.rooms.store.reports.recent_calls
    assert of("local", "local", 5)
    assert of("local", "https://south.example.org/fhir", 5) == of("south", "local", 5) == []


@pytest.mark.covers(*(f"Q{number}" for number in range(1, 14)))
@pytest.mark.covers("Q45", "Q50")
def test_every_check_answers_the_attributes_of_an_evidence_based_intervention(service: RunningService) -> None:
    from cds_service.checks import CHECKS

    for name in CHECKS:
        page, found = fetched(service, f"/checks/{name}").text, fetched(service, f"/checks/{name}.json").json()
        assert [one["clause"] for one in found["attributes"]] == list(range(1, 14))
        assert all(str(escape(one["name"])) in page and one["value"] for one in found["attributes"])
    renal, allergy = (
        {one["name"]: one["value"] for one in fetched(service, f"/checks/{name}.json").json()["attributes"]}
        for name in ("renal-dosing", "drug-allergy")
    )
    assert "gender" in renal["Use of sex"] and "age" in renal["Use of date of birth"]
    assert allergy["Use of sex"] == "Not used."
    assert fetched(service, "/checks/nothing.json").status_code == 404


@pytest.mark.covers("Q45", "Q50")
def test_every_model_in_use_shows_its_source_attributes_as_a_page_and_as_json(service: RunningService) -> None:
    page = fetched(service, "/models").text
    for name in WeightsFolder.open(WEIGHTS).entries:
        card = fetched(service, f"/models/{name}.json").json()
        assert card["model"] == name
        assert all(str(escape(one["name"])) in page for one in card["attributes"])
    assert fetched(service, "/models/nothing.json").status_code == 404
