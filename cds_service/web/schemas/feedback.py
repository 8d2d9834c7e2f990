"""JSON Schema of feedback, within the limits that its reader keeps."""

from __future__ import annotations

from cds_service.web.hooks.feedback_items import MAX_CODE, MAX_COMMENT, MAX_ID, MAX_ITEMS
from cds_service.web.schemas.parts import Schema, list_of

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
