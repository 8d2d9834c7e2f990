"""What each address does and every status it can give: the words of the OpenAPI document, one entry per operation.

`openapi` joins them with the routes that the app really has. A route without an entry here fails a test, and so does a
status that a server gives and that does not stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WORDS: Mapping[int, str] = {
    200: "Answered.",
    400: "Not a valid request; the outcome says what is wrong and where. Also: the Host header names another host.",
    403: "The token's scopes do not cover this.",
    406: "The address answers in JSON alone.",
    401: "The client token is missing or does not stand. The answer is bare, whatever the cause; only the operator's "
    "log has it.",
    404: "There is nothing at this address; GET /cds-services lists the services.",
    405: "The address does not take this method.",
    412: "Data that the service cannot do without is in neither `prefetch` nor reach of `fhirServer`.",
    413: "The body is longer than the service accepts (COUNTERSIGN_MAX_BODY_BYTES, 1 MiB unless set otherwise).",
    415: "The body must be uncompressed JSON in UTF-8, with Content-Type application/json.",
    500: "The service failed; nothing was assessed.",
    503: "A store that must not be passed over does not answer. Send it again, the same, after Retry-After.",
}
_ALWAYS = (400, 405, 500)
_POST = (400, 401, 404, 405, 413, 415, 500, 503)


@dataclass(frozen=True, slots=True)
class Operation:
    """`asks` is the name of the body's schema where it is the same for every service, `answer` that of the 200's, None
    when it has none of ours; `kind` its content type, empty when it has no body. `secured`: it takes the client's
    signed token; `reads_fhir`: a token of `/auth/token`. `statuses` are those besides 200.
    """

    id: str
    tag: str
    summary: str
    description: str
    kind: str = "application/json"
    asks: str | None = None
    answer: str | None = None
    secured: bool = False
    reads_fhir: bool = False
    form: tuple[str, ...] = ()  # members of a form that must be there
    statuses: tuple[int, ...] = _ALWAYS
    also: Mapping[int, str] = field(default_factory=dict)  # words that stand in the place of WORDS
    refused: str = "application/json"  # content type of an OperationOutcome


_PAGE = "text/html; charset=utf-8"
_FHIR = "application/fhir+json"
_FHIR_STATUSES = (*_ALWAYS, 401, 403, 404, 406, 503)
_PREFLIGHT = Operation(
    "preflight",
    "CDS Hooks",
    "CORS preflight",
    "Permits the origins in COUNTERSIGN_CORS_ORIGINS; nobody else learns anything.",
    kind="",
    statuses=_ALWAYS,
)

# By the rule of the route and the method.
OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("/cds-services", "get"): Operation(
        "discover",
        "CDS Hooks",
        "Discovery",
        "One entry per service and hook. Needs no token and no database; with a client's token (`aud` is this URL) it "
        "lists what that client's site uses.",
        answer="discovery",
    ),
    ("/cds-services", "options"): _PREFLIGHT,
    ("/cds-services/<service_id>", "post"): Operation(
        "call",
        "CDS Hooks",
        "Call {title}",
        "{description}\n\nThe token's `aud` is this URL. {usage}",
        answer="response",
        secured=True,
        statuses=(*_POST, 412),
    ),
    ("/cds-services/<service_id>", "options"): _PREFLIGHT,
    ("/cds-services/<service_id>/feedback", "post"): Operation(
        "feedback",
        "CDS Hooks",
        "Feedback on cards of {title}",
        "What became of the cards. Answered after commit, without a body; a batch that is sent again counts once. "
        "The token's `aud` is this URL or the service's.",
        kind="",
        secured=True,
        statuses=_POST,
    ),
    ("/cds-services/<service_id>/feedback", "options"): _PREFLIGHT,
    ("/evidence/questions", "post"): Operation(
        "ask",
        "Evidence",
        "Ask the evidence",
        "Passages that come closest to answering a question, with source and the words it asks with, and an honest "
        "`found: false`. With `context` and `prefetch` in the form of a patient-view call, the calculators that the "
        "question is about come filled in. The token's `aud` is this URL.",
        asks="question",
        answer="answer",
        secured=True,
        statuses=tuple(one for one in _POST if one != 404),
    ),
    ("/recent-calls", "get"): Operation(
        "recent-calls",
        "For integrators",
        "Your own recent calls",
        "When, which service and hook, how long, and what came of it; nothing about a patient. The token's `aud` is "
        "this URL.",
        answer="recent-calls",
        secured=True,
        statuses=(*_ALWAYS, 401, 503),
    ),
    ("/", "get"): Operation(
        "start",
        "For integrators",
        "The integrator's page",
        "Services, hooks, prefetch and links, for people.",
        kind=_PAGE,
    ),
    ("/docs", "get"): Operation("docs", "For integrators", "This description, for people", "As a page.", kind=_PAGE),
    ("/openapi.json", "get"): Operation(
        "openapi", "For integrators", "This description", "OpenAPI 3.1.", kind="application/json"
    ),
    ("/schemas/<name>.json", "get"): Operation(
        "schema",
        "For integrators",
        "A JSON Schema",
        "Of each hook's request, of the response and of feedback.",
        kind="application/schema+json",
        statuses=(*_ALWAYS, 404),
        also={404: "There is no schema of this name."},
    ),
    ("/models", "get"): Operation(
        "models",
        "For integrators",
        "The models and their source attributes",
        "The 31 attributes of a predictive intervention for each model, and what was measured.",
        kind=_PAGE,
    ),
    ("/models/<name>.json", "get"): Operation(
        "model",
        "For integrators",
        "A model card",
        "As it was written when the model was made, with its source attributes.",
        kind="application/json",
        statuses=(*_ALWAYS, 404),
        also={404: "There is no model of this name."},
    ),
    ("/services", "get"): Operation(
        "services", "For integrators", "The services", "What answers, each with a page of its own.", kind=_PAGE
    ),
    ("/services/<name>", "get"): Operation(
        "service",
        "For integrators",
        "A service in its own words",
        "Its hooks, its prefetch with what is required, and the checks that speak in it.",
        kind=_PAGE,
        statuses=(*_ALWAYS, 404),
        also={404: "There is no service of this name."},
    ),
    ("/checks", "get"): Operation(
        "checks", "For integrators", "The checks", "What is looked at, each with a page of its own.", kind=_PAGE
    ),
    ("/checks/<name>.json", "get"): Operation(
        "check-attributes",
        "For integrators",
        "A check's source attributes",
        "The 13 attributes of an evidence-based intervention.",
        statuses=(*_ALWAYS, 404),
        also={404: "There is no check of this name."},
    ),
    ("/checks/<name>", "get"): Operation(
        "check",
        "For integrators",
        "A check in its own words",
        "What it looks for and needs, its limits, its rows and how many of them wait for a review.",
        kind=_PAGE,
        statuses=(*_ALWAYS, 404),
        also={404: "There is no check of this name."},
    ),
    ("/pages.css", "get"): Operation(
        "style", "For integrators", "The style of the pages", "Both colour schemes.", kind="text/css; charset=utf-8"
    ),
    ("/.well-known/jwks.json", "get"): Operation(
        "keys",
        "Operation",
        "Our public keys",
        "A JWK Set: register it where this service authenticates as a SMART Backend Services client.",
        statuses=(*_ALWAYS, 503),
    ),
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
        statuses=(*_ALWAYS, 413, 503),
        also={400: "An OAuth error: invalid_request, invalid_client, invalid_scope or unsupported_grant_type."},
    ),
    ("/fhir/<kind>", "get"): Operation(
        "fhir-search",
        "FHIR",
        "Search",
        "Newest first, in pages. The CapabilityStatement names the parameters of each type.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=_FHIR_STATUSES,
        reads_fhir=True,
    ),
    ("/fhir/<kind>/_search", "post"): Operation(
        "fhir-search-by-post",
        "FHIR",
        "Search with the parameters in a form",
        "The same, with nothing about a patient in the address.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=(*_FHIR_STATUSES, 413),
        reads_fhir=True,
    ),
    ("/fhir/<kind>/<id>", "get"): Operation(
        "fhir-read",
        "FHIR",
        "Read",
        "One resource of the client's own tenant.",
        kind=_FHIR,
        refused=_FHIR,
        statuses=_FHIR_STATUSES,
        reads_fhir=True,
    ),
    ("/healthz", "get"): Operation("alive", "Operation", "Alive", "The process answers. Looks at nothing else."),
    ("/readyz", "get"): Operation(
        "ready",
        "Operation",
        "Ready",
        "What it can do now, looked at once a second at most. `degraded` is answered 200: the rules still stand.",
        answer="readiness",
        statuses=(*_ALWAYS, 503),
        also={503: "Not ready: there is nothing to answer with. `checks` says why."},
    ),
    ("/metrics", "get"): Operation(
        "metrics",
        "Operation",
        "Prometheus figures",
        "Labels are names of ours alone.",
        kind="text/plain; version=1.0.0; charset=utf-8",
    ),
}
