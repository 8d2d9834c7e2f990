"""Schemathesis on the published OpenAPI, against the whole service with client authentication on: no 5xx, no status, no
content type and no body that the document does not have. The seed is fixed, so a failure can be seen again."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cds_service.web.ehr_tokens import Ehr
from tests.running_service import RunningService

SEED = 20261123
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=15, derandomize=False, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def published(guarded_service: RunningService) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{guarded_service.url}/openapi.json")


def operations(schema: BaseSchema) -> list[APIOperation]:
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.covers("C-74")
def test_right_calls_of_every_operation_are_answered_as_the_document_says(
    published: BaseSchema, registered_ehr: Ehr
) -> None:
    assert len(operations(published)) >= 15
    for operation in operations(published):
        try_out(operation, registered_ehr, GenerationMode.POSITIVE)


@pytest.mark.covers("C-74", "P2", "P4")
def test_wrong_bodies_and_names_are_refused_as_the_document_says(published: BaseSchema, registered_ehr: Ehr) -> None:
    bendable = [one for one in operations(published) if one.body or one.path_parameters]
    assert len(bendable) >= 5
    for operation in bendable:
        try_out(operation, registered_ehr, GenerationMode.NEGATIVE)


def try_out(operation: APIOperation, ehr: Ehr, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @seed(SEED)
    @BOUNDED
    def calls(case: schemathesis.Case) -> None:
        token = ehr.bearer(operation.path) if operation.definition.raw.get("security") else {}
        case.call_and_validate(headers=token, checks=CHECKS)

    calls()
