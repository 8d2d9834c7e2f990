"""For integrators: what this service says of itself."""

from __future__ import annotations

from cds_service.web.openapi.operation import ALWAYS, Operation, Operations

_PAGE = "text/html; charset=utf-8"
_JSON = "application/json"


def _named(thing: str, name: str, summary: str, description: str, kind: str) -> Operation:
    """One of several things of a kind, which its address names."""
    missing = {404: f"There is no {thing} of this name."}
    return Operation(name, "For integrators", summary, description, kind, statuses=(*ALWAYS, 404), also=missing)


OPERATIONS: Operations = {
    ("/recent-calls", "get"): Operation(
        "recent-calls",
        "For integrators",
        "Your own recent calls",
        "When, which service and hook, how long, and what came of it; nothing about a patient. The token's `aud` is "
        "this URL.",
        answer="recent-calls",
        secured=True,
        statuses=(*ALWAYS, 401, 503),
    ),
    ("/", "get"): Operation(
        "start",
        "For integrators",
        "The integrator's page",
        "Services, hooks, prefetch and links, for people.",
        kind=_PAGE,
    ),
    ("/docs", "get"): Operation("docs", "For integrators", "This description, for people", "As a page.", kind=_PAGE),
    ("/openapi.json", "get"): Operation("openapi", "For integrators", "This description", "OpenAPI 3.1.", kind=_JSON),
    ("/schemas/<name>.json", "get"): _named(
        "schema",
        "schema",
        "A JSON Schema",
        "Of each hook's request, of the response and of feedback.",
        "application/schema+json",
    ),
    ("/models", "get"): Operation(
        "models",
        "For integrators",
        "The models and their source attributes",
        "The 31 attributes of a predictive intervention for each model, and what was measured.",
        kind=_PAGE,
    ),
    ("/models/<name>.json", "get"): _named(
        "model",
        "model",
        "A model card",
        "As it was written when the model was made, with its source attributes.",
        _JSON,
    ),
    ("/services", "get"): Operation(
        "services", "For integrators", "The services", "What answers, each with a page of its own.", kind=_PAGE
    ),
    ("/services/<name>", "get"): _named(
        "service",
        "service",
        "A service in its own words",
        "Its hooks, its prefetch with what is required, and the checks that speak in it.",
        _PAGE,
    ),
    ("/checks", "get"): Operation(
        "checks", "For integrators", "The checks", "What is looked at, each with a page of its own.", kind=_PAGE
    ),
    ("/checks/<name>.json", "get"): _named(
        "check",
        "check-attributes",
        "A check's source attributes",
        "The 13 attributes of an evidence-based intervention.",
        _JSON,
    ),
    ("/checks/<name>", "get"): _named(
        "check",
        "check",
        "A check in its own words",
        "What it looks for and needs, its limits, its rows and how many of them wait for a review.",
        _PAGE,
    ),
    ("/pages.css", "get"): Operation(
        "style", "For integrators", "The style of the pages", "Both colour schemes.", kind="text/css; charset=utf-8"
    ),
}
