"""What the text reader is trained and measured on: generated sentences, and sentences of notes without any cue."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from zlib import crc32

from cds_service.terminology.assertion.family import FAMILY
from cds_service.terminology.assertion.history import HISTORY
from cds_service.terminology.assertion.negation import NEGATION
from cds_service.terminology.assertion.supposition import SUPPOSED
from model_export.assertions.reader import TextReader
from model_export.assertions.sentences import Generator, Sentence, own_mentions

_CUES = [pattern for cues in (NEGATION, HISTORY, FAMILY, SUPPOSED) for pattern in (cues.ahead, cues.behind)]
_SENTENCE_END = re.compile(r"(?<=[.;?])\s+|\n+")
_MOST_FOCI = 1500
_PLAIN_SHARE = 0.12


def mentions(medquad: Path | None) -> dict[str, list[str]]:
    """Our own names, and names of diseases that MedQuAD asks about."""
    found = own_mentions()
    if medquad is not None:
        foci = sorted({name.lower() for name in _foci(medquad) if 4 <= len(name) <= 40 and "(" not in name})
        found["condition"] += Random(7).sample(foci, min(_MOST_FOCI, len(foci)))  # noqa: S311 - no secret
    return found


def training(
    count: int, families: Sequence[str], named: dict[str, list[str]], notes: Path | None, seed: int
) -> list[Sentence]:
    """`count` sentences, shuffled by their making."""
    dice = Random(seed)  # noqa: S311 - a reproducible choice, nothing secret
    generator = Generator(dice, families, named)
    plain = list(plain_sentences(notes, named)) if notes is not None else []
    return [
        dice.choice(plain) if plain and dice.random() < _PLAIN_SHARE else generator.sentence() for _ in range(count)
    ]


def plain_sentences(notes: Path, named: dict[str, list[str]]) -> Iterator[Sentence]:
    """Sentences of the training half of the notes that hold a known name and no cue: nothing is said of the name."""
    names = sorted(
        {name for kind in ("symptom", "finding", "condition") for name in named[kind]}, key=len, reverse=True
    )
    known = re.compile(rf"\b(?:{'|'.join(re.escape(name.lower()) for name in names)})\b")
    for text in _note_texts(notes):
        for sentence in _SENTENCE_END.split(text):
            low = sentence.lower()
            if len(low) == len(sentence) <= 300 and not any(cue.search(low) for cue in _CUES):
                yield from (Sentence(sentence, one.span(), (False,) * 4, "plain") for one in known.finditer(low))


def _note_texts(notes: Path) -> Iterable[str]:
    with gzip.open(notes, "rt", encoding="utf-8") as file:
        for one in map(json.loads, file):
            if in_training(one["id"]) and one["section"] not in (
                "FAM/SOCHX",
                "PASTMEDICALHX",
                "PASTSURGICAL",
                "ALLERGY",
            ):
                yield one["text"]


def in_training(note: str) -> bool:
    """Half of the notes, by their id; the other half is for measuring."""
    return crc32(note.encode()) % 2 == 0


def _foci(medquad: Path) -> Iterator[str]:
    with gzip.open(medquad, "rt", encoding="utf-8") as file:
        for one in map(json.loads, file):
            yield one["focus"] or ""


def share_right(model: Path, tokenizer: Path, sentences: Sequence[Sentence]) -> float:
    """The share of the four flags that the network reads as they were made."""
    reader = TextReader(model, tokenizer)
    read = [(reader.probabilities(one.text, one.span) > 0.5, one.flags) for one in sentences]
    return round(sum(float((found == flags).mean()) for found, flags in read) / len(read), 4)
