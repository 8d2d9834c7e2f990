"""The body of a note as it is attached (plain text, HTML, RTF) -> text with its lines.

A kind that is not one of these, or that does not hold what it says, is refused with its reason: nothing is guessed from
a PDF's bytes.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from striprtf.striprtf import rtf_to_text

LONGEST_BODY = 400_000  # bytes; a discharge summary has 20 to 40 thousand
_PLAIN, _HTML, _RTF = ("text/plain", ""), ("text/html", "application/xhtml+xml"), ("text/rtf", "application/rtf")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*(?:<!doctype html|<html|<body|<div|<p\b|<h[1-6]\b|<table|<ul)", re.IGNORECASE)
_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "blockquote",
            "body",
            "br",
            "caption",
            "dd",
            "div",
            "dl",
            "dt",
            "footer",
            "header",
            "hr",
        ),
        *("h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"del", "s", "strike", "script", "style", "head", "title", "template", "noscript"})

_COMMON = re.compile(
    r"application/(?:pdf|msword|xml|zip|dicom|octet-stream|(?:hl7-)?cda\+xml|fhir\+(?:json|xml)"
    r"|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)|text/xml"
    r"|image/(?:jpeg|png|gif|tiff|bmp|webp|svg\+xml)|audio/(?:mpeg|wav|mp4)|video/(?:mp4|mpeg)"
)


class UnreadableBody(Exception):
    """Its text says why, in words that hold nothing of the body."""


def text_of(content_type: str, body: bytes) -> str:
    """The text of a body. Raises UnreadableBody."""
    if len(body) > LONGEST_BODY:
        raise UnreadableBody(f"it is longer than {LONGEST_BODY // 1000} kB")
    if not body.strip():
        raise UnreadableBody("it is empty")
    kind = content_type.partition(";")[0].strip().lower()
    if body.lstrip().startswith(b"{\\rtf") and kind in (*_RTF, *_PLAIN):
        return _of_rtf(body)
    if kind in _HTML or (kind in _PLAIN and _MARKUP.match(body)):
        return _of_html(_decoded(content_type, body))
    if kind in _PLAIN:
        return _decoded(content_type, body)
    if kind in _RTF:
        raise UnreadableBody("it says that it is RTF and is not")
    raise UnreadableBody(f"its kind is not read: {_named(kind)}")


def _named(kind: str) -> str:
    """Only kinds of this list are named: a server's own words would go from reasons into logs."""
    return kind if _COMMON.fullmatch(kind) else "one of its own" if kind else "not stated"


def _decoded(content_type: str, body: bytes) -> str:
    """As the type says, else UTF-8, else the Windows code page of western languages, which reads any byte."""
    stated = _CHARSET.search(content_type)
    for charset in filter(None, (stated[1] if stated else "", "utf-8-sig")):
        try:
            text = body.decode(charset)
        except (LookupError, ValueError):
            continue
        break
    else:
        text = body.decode("cp1252", errors="replace")
    if text.count("\x00") or text.count("\ufffd") > len(text) // 20:
        raise UnreadableBody("it is not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _of_rtf(body: bytes) -> str:
    text = body.decode("cp1252", errors="replace")
    try:
        return str(rtf_to_text(text, errors="ignore")).replace("\r", "\n")  # type: ignore[no-untyped-call]
    # The library refuses broken RTF in many ways; whatever it is, the body was not read, and that is said.
    except Exception as error:
        raise UnreadableBody("it is RTF that cannot be read") from error


def _of_html(markup: str) -> str:
    reader = _Reader()
    try:
        reader.feed(markup)
        reader.close()
    except (AssertionError, ValueError) as error:
        raise UnreadableBody("it is HTML that cannot be read") from error
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(lines)


class _Reader(HTMLParser):
    """Collects what a person would see; blocks begin a new line, cells are set apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the signature
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen.clear()  # a head that was never closed ends here
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in _CELLS:
            self.pieces.append(" - " if self.pieces and not self.pieces[-1].endswith("\n") else "")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))
