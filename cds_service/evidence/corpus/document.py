"""A document of any format, before it becomes passages; and what every one of them must be to be let in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from cds_service.errors import CorpusError

_MARKUP = re.compile(r"<\s*[A-Za-z/!?][^<>]{0,400}>|<\s*script", re.IGNORECASE)
# They change what is read without changing what is seen: controls, zero width, bidirectional overrides.
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_DATE = re.compile(r"(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?")
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Section:
    """`key`: what a filter asks for ("drug_interactions"); `label`: as a reader sees it."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """What one record of a file says, with its origin. `drug_names` are words in which the drugs are looked for.

    `id` is the same for every version of the document. `date` is ISO as far as it is known, `retires` a day.
    """

    id: str
    title: str
    version: str
    sections: tuple[Section, ...]
    publisher: str
    licence: str
    date: str = ""
    url: str = ""
    identifier: str = ""
    jurisdiction: str = ""
    drug_names: str = ""
    retires: date | None = None
    kind: str = "quotation"


def checked(document: Document) -> Document:
    """The document, or CorpusError when it lacks what a citation needs or holds what must not reach a page."""
    for name in ("id", "title", "version", "publisher", "licence"):
        if not getattr(document, name).strip():
            raise CorpusError(f"it states no {name}")
    if len(document.id) > LONGEST_ID:
        raise CorpusError(f"its id is longer than {LONGEST_ID} characters")
    if not any(section.text.strip() for section in document.sections):
        raise CorpusError("it holds no text")
    if document.url and not is_web_address(document.url):
        raise CorpusError("its URL is no plain http(s) address")
    if document.date and not _DATE.fullmatch(document.date):
        raise CorpusError("its date is no ISO date")
    shown = [document.id, document.title, document.version, document.publisher, document.licence, document.identifier]
    for text in (*shown, *(part for one in document.sections for part in (one.label, one.text))):
        refuse_markup(text)
    return document


def refuse_markup(text: str) -> None:
    """CorpusError for HTML, script or characters that hide something: imported text is plain text."""
    if _MARKUP.search(text):
        raise CorpusError("it holds markup (HTML or script), and passages are plain text")
    if _HIDDEN.search(text):
        raise CorpusError("it holds control or invisible characters")


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \"'<>\\`")
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def iso_date(text: str) -> str:
    """ISO date of "20240517", "2024-05-17", "202405", "2024"; empty when it is none of these."""
    match = _DATE.fullmatch(text.strip()[:10])
    return "-".join(part for part in match.groups() if part) if match else ""


def plain(text: str) -> str:
    """White space as single blanks, paragraphs kept apart by one empty line."""
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "\n\n".join(part for part in paragraphs if part)
