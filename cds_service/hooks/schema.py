"""The JSON Schema (2020-12) of a hook's request, made from the very members that read it.

What the schema refuses the service refuses too. The other way round not all of it can be said in a schema: whose a
resource is, whether selections are among the drafts, whether two entries have one id.
"""

from __future__ import annotations

from typing import Any

from cds_service.hooks.contract import Hook
from cds_service.hooks.members import Schema

_AUTHORIZATION: Schema = {
    "type": ["object", "null"],
    "description": "An access token for `fhirServer`, kept for this call only. Without `patient` or `scope` that fit "
    "it is not used, and what could not be read is said.",
    "properties": {
        "access_token": {"description": "The OAuth access token (text)."},
        "token_type": {"description": "Always `Bearer`."},
        "expires_in": {"description": "Seconds that the token lives on (number)."},
        "scope": {"description": "The granted SMART scopes, separated by spaces (text)."},
        "subject": {"description": "Our OAuth client id at the authorization server (text)."},
        "patient": {"description": "The patient that the token is bound to: a bare id (text)."},
    },
}


def request_schema(hook: Hook) -> Schema:
    """What a call of this hook looks like. Members that are not named here are allowed and ignored."""
    return {
        "title": f"{hook.name} {hook.version} request",
        "description": hook.words,
        "type": "object",
        "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": {"const": hook.name},
            "hookInstance": {"type": "string", "format": "uuid", "description": "A UUID, new for each time it fires."},
            "fhirServer": {"type": ["string", "null"], "description": "Base URL of the client's FHIR R4 server."},
            "fhirAuthorization": _AUTHORIZATION,
            "context": _context(hook),
            "prefetch": {
                "type": ["object", "null"],
                "description": "By key as discovery names it: a resource, a searchset Bundle, null (looked, and there "
                "is none), or an OperationOutcome (could not look). A key that is absent was not asked.",
            },
            "extension": {"description": "What a vendor adds. Members that we do not know are ignored."},
        },
        "if": {"required": ["fhirAuthorization"], "properties": {"fhirAuthorization": {"type": "object"}}},
        "then": {"required": ["fhirServer"], "properties": {"fhirServer": {"type": "string", "minLength": 1}}},
    }


def _context(hook: Hook) -> Schema:
    properties: dict[str, Any] = {}
    required: list[str] = []
    either: list[Schema] = []
    for member in hook.members:
        schemas = member.schemas()
        properties |= schemas if member.required else {name: _or_null(one) for name, one in schemas.items()}
        if member.required and len(schemas) == 1:
            required += schemas
        elif member.required:
            either.append({"anyOf": [{"required": [name]} for name in schemas]})
    schema: Schema = {"type": "object", "required": required, "properties": properties}
    return {**schema, "allOf": either} if either else schema


def _or_null(schema: Schema) -> Schema:
    """Some clients send null for what they do not have."""
    return {**schema, "type": [schema["type"], "null"]}
