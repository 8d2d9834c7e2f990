"""Discovery, CORS, and addresses that try to be something else (hostile inputs B)."""

from __future__ import annotations

import pytest

from tests.cds_service.web.conftest import INVOKE, Edge, order_sign_body, request
from tests.cds_service.web.ehr_tokens import Ehr

ALLOWED = "https://ehr.example.org"
SPEC_MEMBERS = {"hook", "id", "title", "description", "version", "usageRequirements", "prefetch"}


@pytest.mark.covers("B-43", "B2", "B3", "B4", "B8", "P3")
def test_hostile_43_discovery_matches_the_cds_hooks_model(open_edge: Edge) -> None:
    reply = open_edge.get("/cds-services")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    document = reply.json()
    assert document.keys() == {"services"}
    for service in document["services"]:
        assert service.keys() <= SPEC_MEMBERS
        assert all(isinstance(service[name], str) and service[name] for name in ("hook", "id", "title", "description"))
        assert service.get("prefetch") != {}
        assert all(isinstance(value, str) and value for value in service.get("prefetch", {}).values())


@pytest.mark.covers("B-43", "B9", "B10")
def test_hostile_43_an_id_stands_once_for_each_of_its_hooks(open_edge: Edge) -> None:
    entries = [(one["id"], one["hook"]) for one in open_edge.get("/cds-services").json()["services"]]
    assert len(set(entries)) == len(entries)
    assert {("medication-safety", "order-select"), ("medication-safety", "order-sign")} <= set(entries)


def test_prefetch_templates_use_root_context_fields_alone(open_edge: Edge) -> None:
    (first, *_) = open_edge.get("/cds-services").json()["services"]
    assert first["prefetch"]["medications"] == "MedicationRequest?patient={{context.patientId}}&status=active"
    assert first["prefetch"].keys() == {"patient", "medications", "allergies"}


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", "https://ehr.example.org.evil.net"])
@pytest.mark.covers("B-44", "J3", "SC21")
def test_hostile_44_another_origin_gets_no_permission(guarded: Edge, origin: str) -> None:
    for reply in (
        guarded.get("/cds-services", {"Origin": origin}),
        request(guarded.settings.bind, "OPTIONS", INVOKE, None, {"Origin": origin}),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.covers("J1", "J2", "J3")
def test_a_listed_origin_may_preflight_without_authentication_and_read_answers_and_errors(guarded: Edge) -> None:
    for path in ("/cds-services", INVOKE, INVOKE + "/feedback"):
        asked = {"Origin": ALLOWED, "Access-Control-Request-Method": "POST"}
        reply = request(guarded.settings.bind, "OPTIONS", path, None, asked)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == ALLOWED
        assert "POST" in reply.headers["access-control-allow-methods"]
        assert "Authorization" in reply.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in reply.headers
        assert "Origin" in reply.headers["vary"]
    refused = guarded.post(INVOKE, order_sign_body(), {"Origin": ALLOWED})
    assert refused.status == 401
    assert refused.headers["access-control-allow-origin"] == ALLOWED


@pytest.mark.covers("SC21")
def test_cors_is_off_unless_someone_fills_the_list(open_edge: Edge) -> None:
    assert "access-control-allow-origin" not in open_edge.get("/cds-services", {"Origin": ALLOWED}).headers


@pytest.mark.parametrize(
    "path",
    [
        "/cds-services/../admin",
        "/cds-services/medication-safety%2ffeedback",
        "/cds-services/%6dedication-safety",
        "/cds-services/",
        "//cds-services",
        "/cds-services/medication-safety/",
        "/cds-services/a%00b",
        "/cds-services/" + "a" * 7_000,
    ],
)
@pytest.mark.covers("B-46")
def test_hostile_46_a_path_trick_is_refused_without_a_trace(open_edge: Edge, path: str) -> None:
    reply = open_edge.post(path, order_sign_body())
    assert reply.status in {400, 404}
    assert reply.json()["resourceType"] == "OperationOutcome"
    assert b"Traceback" not in reply.content


@pytest.mark.covers("B-46")
def test_hostile_46_an_id_longer_than_a_request_line_is_refused(open_edge: Edge) -> None:
    assert open_edge.post("/cds-services/" + "a" * 8_192, order_sign_body()).status in {400, 404, 414}


def test_a_request_for_another_host_is_refused(open_edge: Edge) -> None:
    assert open_edge.get("/cds-services", {"Host": "evil.example.org"}).status == 400
    assert open_edge.get("http://evil.example.org/cds-services").status == 400
    assert request(open_edge.settings.bind, "GET", "/healthz", None, {"Host": ""}).status == 400


def test_every_answer_forbids_sniffing_framing_and_caching(guarded: Edge, ehr: Ehr) -> None:
    for reply in (guarded.get("/cds-services"), guarded.get("/nothing"), guarded.post(INVOKE, order_sign_body())):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
