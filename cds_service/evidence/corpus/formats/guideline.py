"""A hospital's own guidelines: Markdown with front matter, one document a file; headings part the sections.

---
id: anticoagulation-2026
title: Anticoagulation on our wards
publisher: Pharmacy committee
version: "3"
date: 2026-03-01
licence: internal use
---
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.document import Document, Section, iso_date
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL)
_MEMBERS = frozenset(
    "id title publisher version date licence url identifier jurisdiction drugs retires".split()  # noqa: SIM905
)
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def read(member: Member) -> Records:
    try:
        text = member.stream.whole().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CorpusError(f"byte {error.start} is not UTF-8") from None
    match = _FRONT.match(text)
    if match is None:
        raise CorpusError("it has no front matter between two lines of ---")
    front = _front(match[1])
    drugs = front.get("drugs", "")
    yield Document(
        id=f"site:{front.get('id') or PurePath(member.name).stem}",
        title=_said(front, "title"),
        version=_said(front, "version") or _said(front, "date"),
        sections=tuple(_sections(match[2])),
        publisher=_said(front, "publisher"),
        licence=_said(front, "licence") or "not stated",
        date=iso_date(_said(front, "date")),
        url=_said(front, "url"),
        identifier=_said(front, "identifier"),
        jurisdiction=_said(front, "jurisdiction"),
        drug_names="; ".join(map(str, drugs)) if isinstance(drugs, list) else str(drugs),
        retires=_day(front.get("retires")),
    )


def _front(text: str) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CorpusError(f"its front matter is no YAML ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise CorpusError("its front matter is no list of names with values")
    if unknown := sorted(str(name) for name in found if name not in _MEMBERS):
        raise CorpusError(f"its front matter has {unknown[0]!r}; known are {', '.join(sorted(_MEMBERS))}")
    return found


def _sections(text: str) -> Iterator[Section]:
    """The words under each heading. Links keep their words, images and code blocks theirs; raw HTML is refused."""
    label, held = "", []
    tokens = iter(_MARKDOWN.parse(text))
    for token in tokens:
        if token.type == "html_block":
            raise CorpusError("it holds HTML, and passages are plain text")
        if token.type == "heading_open":
            yield Section(_key(label), label, "\n\n".join(held))
            label, held = _inline(next(tokens)), []
        elif token.type == "inline":
            held.append(_inline(token))
        elif token.type in ("fence", "code_block"):
            held.append(token.content)
    yield Section(_key(label), label, "\n\n".join(held))


def _inline(token: Token) -> str:
    parts = []
    for one in token.children or ():
        if one.type == "html_inline":
            raise CorpusError("it holds HTML, and passages are plain text")
        parts.append(" " if one.type in ("softbreak", "hardbreak") else one.content)
    return "".join(parts)


def _key(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "text"


def _said(front: Mapping[str, Any], name: str) -> str:
    value = front.get(name)
    return "" if value is None else str(value).strip()


def _day(value: object) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise CorpusError("its retires is no day (2027-01-31)") from None


FORMAT = Format("markdown", "Markdown guidelines with front matter", (".md", ".markdown"), read)
