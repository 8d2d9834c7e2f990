"""The OpenAPI 3.1 document of this very app: its routes, the words of `operations`, the schemas of the contracts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cds_service.web.fhir.kinds import kinds
from cds_service.web.openapi.operation import WORDS, Operation
from cds_service.web.openapi.operations import OPERATIONS
from cds_service.web.ops.version import version
from cds_service.web.schemas import DIALECT, all_schemas

if TYPE_CHECKING:
    from flask import Flask

    from cds_service.rooms import Rooms, Service

_ABOUT = (
    "Decision support at the moment an order is written. CDS Hooks 3.0, also for 2.0 clients.\n\n"
    "Not a medical device: for evaluation, demonstration and development."
)
_PROOF = (
    'A JWT that the client signs anew for each call (CDS Hooks, "Trusting CDS Clients"): header `alg` ES384 or RS384, '
    "`kid`, `typ` JWT; claims `iss` as registered, `aud` the very URL called, `iat`, `exp` (at most 300 s later unless "
    "registered otherwise), `jti`. Each token works once."
)
_READER = "A token from `/auth/token` (SMART Backend Services), good for five minutes, with system scopes."


def document(app: Flask, rooms: Rooms) -> dict[str, Any]:
    """The whole document. A route that `OPERATIONS` has no words for is left out; a test looks for such."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, method in routes(app):
        operation = OPERATIONS.get((rule, method))
        for path, service in _paths(rule, rooms) if operation else ():
            assert operation is not None
            paths.setdefault(path, {})[method] = _operation(operation, service, rooms, path)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "Countersign",
            "version": version(),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": rooms.settings.public_url}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS.values())],
        "paths": paths,
        "components": {
            "schemas": dict(all_schemas()),
            "securitySchemes": {
                "clientToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _PROOF},
                "fhirToken": {"type": "http", "scheme": "bearer", "description": _READER},
            },
        },
    }


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Rule and method of every route. HEAD goes with GET; OPTIONS has a meaning for the CDS endpoints alone."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            if method != "HEAD" and (method != "OPTIONS" or rule.rule.startswith("/cds-services")):
                yield rule.rule, method.lower()


def _paths(rule: str, rooms: Rooms) -> Iterable[tuple[str, Service | None]]:
    if "<service_id>" in rule:
        return [(rule.replace("<service_id>", one.id), one) for one in rooms.services.values()]
    return [(re.sub(r"<(\w+)>", r"{\1}", rule), None)]


def _operation(operation: Operation, service: Service | None, rooms: Rooms, path: str) -> dict[str, Any]:
    words = {
        "title": service.title if service else "",
        "description": service.description if service else "",
        "usage": service.usage_requirements if service else "",
    }
    name = operation.id if operation.id != "preflight" else f"preflight{path.replace('/', '-')}"
    described: dict[str, Any] = {
        "operationId": f"{name}-{service.id}" if service and name == operation.id else name,
        "tags": [operation.tag],
        "summary": operation.summary.format(**words),
        "description": operation.description.format(**words).strip(),
        "responses": {
            "200": _answered(operation),
            **{str(one): _refused(one, operation) for one in operation.statuses},
        },
    }
    if parameters := _parameters(path, rooms):
        described["parameters"] = parameters
    if (scheme := _scheme(operation)) and rooms.settings.client_auth == "on":
        described["security"] = [{scheme: []}]
    if body := _body(operation, service):
        described["requestBody"] = body
    return described


def _scheme(operation: Operation) -> str | None:
    if operation.secured:
        return "clientToken"
    return "fhirToken" if operation.reads_fhir else None


def _body(operation: Operation, service: Service | None) -> dict[str, Any] | None:
    if operation.form:
        form = {"type": "object", "additionalProperties": {"type": "string"}, "required": list(operation.form)}
        return {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
    asked = _ref(operation.asks) if operation.asks else None
    if operation.id in {"call", "feedback"} and service:
        asked = _request(service) if operation.id == "call" else _ref("feedback")
    return {"required": True, "content": {"application/json": {"schema": asked}}} if asked else None


def _parameters(path: str, rooms: Rooms) -> list[dict[str, Any]]:
    named = {"name": {"enum": list(all_schemas())}, "kind": {"enum": list(kinds(rooms))}, "id": {"minLength": 1}}
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", **limits}}
        for name, limits in named.items()
        if f"{{{name}}}" in path
    ]


def _request(service: Service) -> dict[str, Any]:
    names = {hook: f"request-{hook}" for hook in service.hooks}
    mapping = {hook: f"#/components/schemas/{name}" for hook, name in names.items()}
    return {
        "oneOf": [_ref(name) for name in names.values()],
        "discriminator": {"propertyName": "hook", "mapping": mapping},
    }


def _answered(operation: Operation) -> dict[str, Any]:
    schema = _ref(operation.answer) if operation.answer else {}
    content = {"content": {operation.kind: {"schema": schema} if schema else {}}} if operation.kind else {}
    return {"description": WORDS[200], **content}


def _refused(status: int, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": operation.also.get(status, WORDS[status])}
    if status == 401:
        challenge = {"schema": {"const": "Bearer"}, "required": True}
        return {**described, "headers": {"WWW-Authenticate": challenge}}
    if status == 405:
        described["headers"] = {"Allow": {"schema": {"type": "string"}, "required": True}}
    if status == 503 and operation.id != "ready":
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    schema = _ref("readiness" if status == 503 and operation.id == "ready" else "outcome")
    if operation.id == "fhir-token" and status == 400:
        schema = {}
    bodies = dict.fromkeys([operation.refused, "application/json"], {"schema": schema} if schema else {})
    return {**described, "content": bodies}


def _ref(name: str | None) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
