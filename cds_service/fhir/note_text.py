"""A note that an address gave, as plain text: FHIR's Binary or the document itself, in one of the kinds we read."""

from __future__ import annotations

import base64
import binascii

import orjson

from cds_service.fhir.client import Document
from cds_service.terminology import notes

_JSON = frozenset({"application/fhir+json", "application/json"})


class NotText(Exception):
    """The body cannot be read as text; the reason is in words of ours."""


def text_of(document: Document) -> str:
    """The text; NotText says why there is none."""
    if document.content_type.partition(";")[0].strip().lower() in _JSON:
        document = _inner(document.content)
    try:
        return notes.text_of(document.content_type, document.content).strip()
    except notes.UnreadableBody as error:
        raise NotText(str(error)) from None


def _inner(content: bytes) -> Document:
    try:
        binary = orjson.loads(content)
        if not isinstance(binary, dict) or binary.get("resourceType") != "Binary":
            raise NotText("the server sent no Binary")
        return Document(str(binary.get("contentType", "")), base64.b64decode(binary["data"], validate=True))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise NotText("the Binary cannot be read") from None
