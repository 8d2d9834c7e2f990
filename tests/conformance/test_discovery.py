"""Discovery as the whole service publishes it, and its templates as a client of 2.0 must be able to fill them."""

from __future__ import annotations

import re

import pytest

from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
from cds_service.hooks import HOOKS
from tests.running_service import RunningService

TOKEN = re.compile(r"\{\{(.*?)\}\}")
COMMON = re.compile(r"(patient|status|category|_sort|_count)=[A-Za-z0-9{}.\-]+\Z")


@pytest.mark.covers("B1", "B2", "B5", "S4", "P1", "P2")
def test_it_stands_at_its_one_address_and_says_its_version(service: RunningService) -> None:
    reply = service.get("/cds-services")
    assert reply.status == 200
    assert {one["version"] for one in reply.body["services"]} == {"3.0.0"}
    assert {one["hook"] for one in reply.body["services"]} <= HOOKS.keys()
    assert service.get("/cds-services/").status == 404


@pytest.mark.covers("C17")
def test_no_deprecated_hook_is_offered(service: RunningService) -> None:
    offered = {one["hook"] for one in service.get("/cds-services").body["services"]}
    assert not offered & {"medication-prescribe", "order-review"}


@pytest.mark.covers("D1", "D2", "D3", "D17")
def test_tokens_are_root_fields_of_the_context_that_every_hook_has() -> None:
    tokens = {token for template in PREFETCH_TEMPLATES.values() for token in TOKEN.findall(template)}
    assert tokens == {"context.patientId", "context.encounterId"}


@pytest.mark.covers("D4", "D5", "S2")
def test_queries_stay_inside_the_common_subset() -> None:
    for template in PREFETCH_TEMPLATES.values():
        kind, _, query = template.partition("?")
        assert re.fullmatch(r"[A-Z][A-Za-z]+(/\{\{context\.\w+\}\})?", kind), template
        assert all(COMMON.match(parameter) for parameter in query.split("&") if query), template
        assert "sort:" not in template and "_include" not in template and "_maxresults" not in template


@pytest.mark.covers("B7", "B12")
def test_what_a_service_does_with_less_is_said_in_plain_words(service: RunningService) -> None:
    for one in service.get("/cds-services").body["services"]:
        assert len(one["usageRequirements"].split()) > 8
