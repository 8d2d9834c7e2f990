"""A document -> its passages: paragraphs of a readable length, each with an id that stays."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.evidence.corpus.document import Document
from cds_service.knowledge.passages import Passage
from cds_service.terminology.lexicon import Lexicon

LONGEST = 1200  # characters of a passage; a sentence longer than that is cut at a blank
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9(\[•])")


@dataclass(frozen=True, slots=True)
class CorpusPassage:
    """A passage as it is kept. `key` is one version of one passage, `digest` everything that its reader sees."""

    passage: Passage
    document: str
    retires: date | None

    @property
    def key(self) -> str:
        return key_of(self.passage.id, self.passage.version)

    @property
    def digest(self) -> str:
        one = self.passage
        seen = (one.title, one.text, one.locator, one.kind, one.date, one.licence, one.jurisdiction, str(self.retires))
        return _digest(*seen, *(f"{name}={one.source[name]}" for name in sorted(one.source)), *one.drugs)


def key_of(passage_id: str, version: str) -> str:
    """The key of one version of a passage."""
    return _digest(passage_id, version)


def passage_from(row: Mapping[str, Any]) -> Passage:
    """The passage of a row of the store."""
    year = {"year": int(row["published"][:4])} if row["published"] else {}
    return Passage(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        source={
            "title": row["source"],
            "publisher": row["publisher"],
            "identifier": row["identifier"],
            "url": row["url"],
            **year,
        },
        locator=row["locator"],
        kind=row["kind"],
        version=row["version"],
        section=row["section"],
        date=row["published"],
        jurisdiction=row["jurisdiction"],
        licence=row["licence"],
        drugs=tuple(row["drugs"]),
    )


def passages_of(document: Document, lexicon: Lexicon) -> Iterator[CorpusPassage]:
    """In reading order. The n-th passage of a section has the same id in every version of the document."""
    source: dict[str, str | int] = {
        "title": document.title,
        "publisher": document.publisher,
        "identifier": document.identifier,
        "url": document.url,
    }
    if document.date:
        source["year"] = int(document.date[:4])
    drugs = _drugs(document.drug_names or document.title, lexicon)
    numbers: dict[str, int] = {}
    for section in document.sections:
        for text in pieces(section.text):
            numbers[section.key] = numbers.get(section.key, 0) + 1
            passage = Passage(
                id=f"{document.id}#{section.key}-{numbers[section.key]}",
                title=f"{document.title}: {section.label}" if section.label else document.title,
                text=text,
                source=source,
                locator=section.label,
                kind=document.kind,
                version=document.version,
                section=section.key,
                date=document.date,
                jurisdiction=document.jurisdiction,
                licence=document.licence,
                drugs=drugs,
            )
            yield CorpusPassage(passage, document.id, document.retires)


def pieces(text: str) -> Iterator[str]:
    """Paragraphs put together up to `LONGEST` characters; a longer one is parted between sentences."""
    held = ""
    for part in (piece for paragraph in text.split("\n\n") for piece in _parted(" ".join(paragraph.split()))):
        if held and len(held) + 1 + len(part) > LONGEST:
            yield held
            held = ""
        held = f"{held} {part}".strip()
    if held:
        yield held


def _parted(paragraph: str) -> Iterator[str]:
    if len(paragraph) <= LONGEST:
        yield paragraph
        return
    for sentence in _SENTENCE_END.split(paragraph):
        while len(sentence) > LONGEST:
            cut = sentence.rfind(" ", 1, LONGEST)
            cut = cut if cut > 0 else LONGEST
            yield sentence[:cut]
            sentence = sentence[cut:].strip()
        if sentence:
            yield sentence


def _drugs(words: str, lexicon: Lexicon) -> tuple[str, ...]:
    return tuple(sorted({code for found in lexicon.find(words[:2000]) if found.certain for code in found.rxcuis}))


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()
