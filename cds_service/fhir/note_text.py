"""A note that an address gave, as plain text: FHIR's Binary or the document itself, in one of the kinds we read."""

from __future__ import annotations

import base64
import binascii

import orjson

from cds_service.fhir.answers import Document
from cds_service.terminology import notes

_JSON = frozenset({"application/fhir+json", "application/json"})


class NotText(Exception):
    """The body cannot be read as text; the reason is in words of ours."""


def text_of(document: Document) -> str:
    """The text; NotText says why there is none."""
    if _is_json(document):
        document = _inner(document.content)
    try:
        return notes.text_of(document.content_type, document.content).strip()
    except notes.UnreadableBody as error:
        raise NotText(str(error)) from None


def owner_of(document: Document) -> str:
    """Whose it is as the server says it: a reference, from the Binary's securityContext or the header; empty if not."""
    try:
        reference = orjson.loads(document.content)["securityContext"]["reference"] if _is_json(document) else None
    except (ValueError, KeyError, TypeError):
        reference = None
    return reference if isinstance(reference, str) else document.owner


def _is_json(document: Document) -> bool:
    return document.content_type.partition(";")[0].strip().lower() in _JSON


def _inner(content: bytes) -> Document:
    try:
        binary = orjson.loads(content)
        if not isinstance(binary, dict) or binary.get("resourceType") != "Binary":
            raise NotText("the server sent no Binary")
        return Document(str(binary.get("contentType", "")), base64.b64decode(binary["data"], validate=True))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise NotText("the Binary cannot be read") from None
