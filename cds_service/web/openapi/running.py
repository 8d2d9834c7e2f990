"""Running it: keys, health and figures."""

from __future__ import annotations

from cds_service.web.openapi.operation import ALWAYS, Operation, Operations

OPERATIONS: Operations = {
    ("/.well-known/jwks.json", "get"): Operation(
        "keys",
        "Operation",
        "Our public keys",
        "A JWK Set: register it where this service authenticates as a SMART Backend Services client.",
        statuses=(*ALWAYS, 503),
    ),
    ("/healthz", "get"): Operation("alive", "Operation", "Alive", "The process answers. Looks at nothing else."),
    ("/readyz", "get"): Operation(
        "ready",
        "Operation",
        "Ready",
        "What it can do now, looked at once a second at most. `degraded` is answered 200: the rules still stand.",
        answer="readiness",
        statuses=(*ALWAYS, 503),
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
