"""JSON Schemas (2020-12) of what goes over the wire, by name: each has a URL of its own and stands in the OpenAPI.

Requests are made from the hook contracts. Answers are closed where we write every member, so that a member which is
added without a word here fails a test; what others send us is open, as unknown members are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.hooks import HOOKS
from cds_service.hooks.schema import request_schema
from cds_service.web.feedback_items import MAX_CODE, MAX_COMMENT, MAX_ID, MAX_ITEMS
from cds_service.web.question_schemas import ANSWER, QUESTION
from cds_service.web.schema_parts import TEXT, URL, Schema, closed, list_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UUID: Schema = {"type": "string", "format": "uuid"}


_CODING = closed("code", system=TEXT, code=TEXT, display=TEXT)
_ACTION = closed(
    "type description",
    type={"enum": ["create", "update", "delete"]},
    description=TEXT,
    resource={"type": "object", "required": ["resourceType"], "description": "A FHIR R4 resource."},
    resourceId={"type": "string", "description": "`Type/id` of what a delete takes away."},
)
_SUGGESTION = closed(
    "label uuid",
    label=TEXT,
    uuid={**_UUID, "description": "Name it in feedback when it was accepted."},
    isRecommended={"type": "boolean"},
    actions=list_of(_ACTION, minItems=1),
)
_SOURCE = closed("label", label=TEXT, url=URL, topic=_CODING)
_LINK = closed(
    "label url type",
    label=TEXT,
    url=URL,
    type={"enum": ["absolute", "smart"]},
    appContext={"type": "string", "description": "Hand this to the app at launch, as it is."},
)
_CONCERN = closed(
    "id check rule version harm",
    id={"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "The same concern over hooks and calls."},
    check=TEXT,
    rule=TEXT,
    version=TEXT,
    harm={"enum": ["contraindicated", "major", "moderate", "minor", "unknown"]},
)
_CARD = closed(
    "uuid summary indicator source extension",
    uuid={**_UUID, "description": "Name it in feedback."},
    summary={"type": "string", "minLength": 1, "maxLength": 140},
    detail={"type": "string", "description": "GitHub-flavoured Markdown, under 1,500 characters."},
    indicator={"enum": ["info", "warning", "critical"]},
    source=_SOURCE,
    suggestions=list_of(_SUGGESTION, minItems=1),
    selectionBehavior={"enum": ["at-most-one", "any"]},
    overrideReasons=list_of(_CODING, minItems=1),
    links=list_of(_LINK, minItems=1),
    extension=closed("org.countersign.concern", **{"org.countersign.concern": _CONCERN}),
)
_NOTE = closed("topic reason", topic=TEXT, reason=TEXT, subject=TEXT)
_ASSESSMENT = closed(
    "knowledge models",
    knowledge={"type": "string", "description": "Version of the tables that spoke."},
    models={"type": "object", "additionalProperties": {"type": "string"}},
    not_assessed=list_of({**_NOTE, "description": "Something that was not looked at, and why."}),
)
RESPONSE: Schema = {
    "title": "CDS Hooks response",
    "description": "An empty `cards` means that the checks looked and found no concern, within what the extension "
    "says was assessed.",
    **closed(
        "cards extension",
        cards=list_of(_CARD),
        extension=closed("org.countersign.assessment", **{"org.countersign.assessment": _ASSESSMENT}),
    ),
}

_OPTIONAL_TEXT: Schema = {"type": ["string", "null"], "maxLength": MAX_CODE}
_REASON_CODING: Schema = {
    "type": "object",
    "required": ["code"],
    "properties": {
        "code": {"type": "string", "minLength": 1, "maxLength": MAX_CODE},
        "system": _OPTIONAL_TEXT,
        "display": _OPTIONAL_TEXT,
    },
}
_REASON: Schema = {
    "type": "object",
    "description": "A coded reason, a comment, or both.",
    "properties": {
        "reason": {"anyOf": [_REASON_CODING, {"type": "null"}]},
        "userComment": {"type": ["string", "null"], "maxLength": MAX_COMMENT},
    },
    "anyOf": [
        {"required": ["reason"], "properties": {"reason": {"type": "object"}}},
        {"required": ["userComment"], "properties": {"userComment": {"type": "string", "minLength": 1}}},
    ],
}
_NAMED: Schema = {"type": "string", "pattern": "[!-~]", "maxLength": MAX_ID}
_ITEM: Schema = {
    "type": "object",
    "required": ["card", "outcome", "outcomeTimestamp"],
    "properties": {
        "card": {**_NAMED, "description": "`uuid` of the card."},
        "outcome": {"enum": ["accepted", "overridden"]},
        "acceptedSuggestions": {
            "type": ["array", "null"],
            "description": "With `accepted` only, and then at least one.",
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {**_NAMED, "description": "`uuid` of the suggestion."}},
            },
        },
        "overrideReason": {"anyOf": [_REASON, {"type": "array", "items": _REASON}, {"type": "null"}]},
        "outcomeTimestamp": {"type": "string", "format": "date-time", "description": "RFC 3339, with its zone."},
        "extension": {"description": "What a vendor adds. Override reasons that stand here are read."},
    },
    "if": {"required": ["outcome"], "properties": {"outcome": {"const": "accepted"}}},
    "then": {
        "required": ["acceptedSuggestions"],
        "properties": {"acceptedSuggestions": {"type": "array", "minItems": 1}},
    },
    "else": {"properties": {"acceptedSuggestions": {"maxItems": 0}}},
}
FEEDBACK: Schema = {
    "title": "CDS Hooks feedback",
    "description": "A batch is stored whole or not at all; sending it again is harmless.",
    "type": "object",
    "required": ["feedback"],
    "properties": {"feedback": list_of(_ITEM, minItems=1, maxItems=MAX_ITEMS)},
}

_SERVICE = closed(
    "hook id title description version",
    hook={"enum": list(HOOKS)},
    id=TEXT,
    title=TEXT,
    description=TEXT,
    version=TEXT,
    usageRequirements=TEXT,
    prefetch={"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
)
_STATE: Schema = {"enum": ["ready", "degraded", "not-ready"]}
_ISSUE = closed(
    "severity code diagnostics",
    severity={"const": "error"},
    code=TEXT,
    diagnostics={"type": "string", "description": "What is wrong. Never quotes a value that was sent."},
    expression=list_of({"type": "string", "description": "Where, such as `context.patientId`."}),
)
_CALL = closed(
    "at action outcome",
    at={"type": "string", "format": "date-time"},
    action={"enum": ["invoke", "feedback", "ask"]},
    outcome={"type": "string", "description": "answered, repeated, taken, not-found, refused or failed."},
    service=TEXT,
    hook=TEXT,
    status={"type": "integer"},
    cards={"type": "integer"},
    not_assessed={"type": "integer"},
    duration_ms={"type": "number"},
    reason=TEXT,
)


def all_schemas() -> Mapping[str, Schema]:
    """Every schema by its name, which is also that of its file: `request-order-sign`, `response`, `feedback`, ..."""
    return {
        **{f"request-{hook.name}": request_schema(hook) for hook in HOOKS.values()},
        "response": RESPONSE,
        "feedback": FEEDBACK,
        "question": QUESTION,
        "answer": ANSWER,
        "discovery": {"title": "CDS Hooks discovery", **closed("services", services=list_of(_SERVICE))},
        "outcome": {
            "title": "OperationOutcome of a refused call",
            **closed(
                "resourceType issue", resourceType={"const": "OperationOutcome"}, issue=list_of(_ISSUE, minItems=1)
            ),
        },
        "readiness": {
            "title": "Readiness",
            **closed(
                "status checks",
                status=_STATE,
                checks={"type": "object", "additionalProperties": closed("status said", status=_STATE, said=TEXT)},
            ),
        },
        "recent-calls": {
            "title": "A client's own recent calls",
            **closed("tenant issuer calls", tenant=TEXT, issuer=TEXT, calls=list_of(_CALL)),
        },
    }
