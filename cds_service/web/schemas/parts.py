"""The words that every schema of ours is written in."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
URL: Schema = {"type": "string", "format": "uri"}


def closed(required: str, **properties: Schema) -> Schema:
    """An object with these members and no other; `required` names those that are always there."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def list_of(item: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": item, **limits}
