"""FHIR: what is served at `/fhir`, and the tokens for it."""

from __future__ import annotations

from cds_service.web.openapi.operation import ALWAYS, Operation, Operations

_FHIR = "application/fhir+json"
_STATUSES = (*ALWAYS, 401, 403, 404, 406, 503)

OPERATIONS: Operations = {
    ("/fhir/metadata", "get"): Operation(
        "fhir-metadata", "FHIR", "CapabilityStatement", "FHIR R4 (4.0.1), read only.", kind=_FHIR
    ),
    ("/fhir/.well-known/smart-configuration", "get"): Operation(
        "fhir-smart-configuration", "FHIR", "SMART configuration", "Where a client gets its token."
    ),
    ("/auth/token", "post"): Operation(
        "fhir-token",
        "FHIR",
        "Token for `/fhir`",
        "SMART Backend Services: a form with `grant_type` client_credentials, `scope`, `client_assertion_type` and "
        "`client_assertion`. What is wrong is said in OAuth's words.",
        form=("grant_type", "scope", "client_assertion_type", "client_assertion"),
        statuses=(*ALWAYS, 413, 503),
        also={400: "An OAuth error: invalid_request, invalid_client, invalid_scope or unsupported_grant_type."},
    ),
    ("/fhir/<kind>", "get"): Operation(
        "fhir-search",
        "FHIR",
        "Search",
        "Newest first, in pages. The CapabilityStatement names the parameters of each type.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=_STATUSES,
        reads_fhir=True,
    ),
    ("/fhir/<kind>/_search", "post"): Operation(
        "fhir-search-by-post",
        "FHIR",
        "Search with the parameters in a form",
        "The same, with nothing about a patient in the address.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=(*_STATUSES, 413),
        reads_fhir=True,
    ),
    ("/fhir/<kind>/<id>", "get"): Operation(
        "fhir-read",
        "FHIR",
        "Read",
        "One resource of the client's own tenant.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=_STATUSES,
        reads_fhir=True,
    ),
}
