"""A note as plain text: FHIR's Binary or the document itself, text or HTML; anything else is said to be unread."""

from __future__ import annotations

import base64
import binascii
from email.message import Message
from html.parser import HTMLParser

import orjson

from cds_service.fhir.client import Document

LONGEST = 500_000  # characters
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section"})
_SILENT = frozenset({"script", "style", "head", "title"})


class NotText(Exception):
    """The body cannot be read as text; the reason is in words of ours."""


def text_of(document: Document) -> str:
    """The text; NotText says why there is none."""
    kind, charset = _kind(document.content_type)
    if kind in {"application/fhir+json", "application/json"}:
        inner = _inner(document.content)
        kind, charset = _kind(inner.content_type)
        document = inner
    if kind in _HTML:
        return _short(_plain(_decoded(document.content, charset)))
    if not kind.startswith("text/") or kind in {"text/rtf", "text/richtext"}:
        raise NotText("it is no plain text and no HTML")
    return _short(_decoded(document.content, charset))


def _inner(content: bytes) -> Document:
    try:
        binary = orjson.loads(content)
        if not isinstance(binary, dict) or binary.get("resourceType") != "Binary":
            raise NotText("the server sent no Binary")
        return Document(str(binary.get("contentType", "")), base64.b64decode(binary["data"], validate=True))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise NotText("the Binary cannot be read") from None


def _kind(content_type: str) -> tuple[str, str]:
    header = Message()
    header["Content-Type"] = content_type
    return header.get_content_type() if content_type else "", str(header.get_param("charset", "utf-8"))


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError):
        raise NotText("its letters are not in the encoding that it names") from None


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise NotText("it is too long")
    return text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _plain(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)
