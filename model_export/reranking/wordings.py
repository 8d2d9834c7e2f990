"""Questions composed of a layout (`frames.txt`) and of what is asked (`matters.txt`): hundreds of thousands of ways.

A network that sees a few dozen fixed phrasings learns these; of layouts and wordings that meet each other anew in every
question it has to learn what is asked.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_ARTICLES = ("the ", "a ", "an ")


@dataclass(frozen=True, slots=True)
class Matter:
    """Wordings of one kind: whole `questions` with {it}, `phrases` with {focus}, `nouns` that end in a preposition."""

    questions: Sequence[str]
    phrases: Sequence[str]
    nouns: Sequence[str]


def composed(kind: str, focus: str, chance: random.Random) -> str:
    """A question of this kind about `focus`. Raises KeyError for a kind without wordings."""
    matter = matters()[kind]
    frame = chance.choice(frames())
    if "{question}" in frame:
        words = chance.choice(matter.questions).format(it="it" if "{focus}" in frame else focus)
        return _begun(frame.format(question=words, focus=focus), chance)
    if "{matter}" in frame:
        return _begun(frame.format(matter=_alone(chance.choice(matter.nouns)), focus=focus), chance)
    wording = chance.choice((*matter.phrases, *(f"{noun} {{focus}}" for noun in matter.nouns)))
    return _begun(frame.format(about=wording.format(focus=focus)), chance)


@cache
def frames() -> Sequence[str]:
    """All layouts; one that stands there twice is taken twice as often."""
    return tuple(frame for _, frame in _lines("frames.txt"))


@cache
def matters() -> Mapping[str, Matter]:
    """The wordings of each kind of question."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for kind, wording in _lines("matters.txt"):
        found[kind].append(wording)
    return {kind: _matter(wordings) for kind, wordings in found.items()}


def _matter(wordings: Sequence[str]) -> Matter:
    return Matter(
        questions=tuple(one for one in wordings if "{it}" in one),
        phrases=tuple(one for one in wordings if "{focus}" in one),
        nouns=tuple(one for one in wordings if "{" not in one),
    )


def _lines(name: str) -> Iterator[tuple[str, str]]:
    """(heading, line) of a file of wordings; empty lines and remarks are left out."""
    heading = ""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            yield heading, line


def _alone(noun: str) -> str:
    """ "the cause of" -> "cause"."""
    words = noun.rsplit(" ", 1)[0]
    return next((words.removeprefix(article) for article in _ARTICLES if words.startswith(article)), words)


def _begun(words: str, chance: random.Random) -> str:
    return words[:1].upper() + words[1:] if chance.random() < 0.5 else words
