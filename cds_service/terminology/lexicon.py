"""Exact drug names in text: normalise, then find the longest name that starts at each word.

A name is matched word by word, whatever the case, spacing and punctuation ("SMZ/TMP", "smz-tmp"), never inside a word.
What stands here exactly counts as coded; a misspelling is a model's matter. A name that ends in " #" is an
everyday word that names a drug only where a number follows it: "potassium 20 meq", and not "check potassium".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")

_NUMBER = "#"
# "phenobarbital / sodium nitrite" is two drugs, whatever phenobarbital sodium is.
_APART = re.compile(r"\s[/+&]\s")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and the ingredient RxCUIs it stands for; `certain` is False for abbreviations that mean several things.

    `concept` is the RxCUI that RxNorm gives this very name where we take it for another ingredient ("vitamin b6");
    `of_ingredient` are spellings, to the letter, that RxNorm gives the ingredient itself ("vitamin B6", beside the
    concept "Vitamin B6").
    """

    name: str
    rxcuis: tuple[str, ...]
    certain: bool = True
    concept: str = ""
    of_ingredient: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: `span` is (start, end) in characters of the text as given."""

    span: tuple[int, int]
    text: str
    name: str
    rxcuis: tuple[str, ...]
    certain: bool
    concept: str = ""


class Word(NamedTuple):
    """A folded word and its place; a tuple, as a chart has thousands of them."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4)  # the same sentence is searched by several lexicons, one after the other
def split_words(text: str) -> tuple[Word, ...]:
    """Words and numbers of a text, folded for comparison, each with its place in the text."""
    return tuple([Word(_fold(match[0]), *match.span()) for match in _WORD.finditer(text)])


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


class Lexicon:
    """Names -> ingredients. Filled once, when the tables are loaded, and only read from then on."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_words: dict[Words, Entry] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Raises ValueError when the name has no word, or stands already for something else."""
        words = tuple(word.text for word in split_words(entry.name))
        if words and entry.name.endswith(f" {_NUMBER}"):
            words = (*words, _NUMBER)
        if not words:
            raise ValueError(f"the name {entry.name!r} has no word in it")
        known = self._by_words.setdefault(words, entry)
        if frozenset(known.rxcuis) != frozenset(entry.rxcuis):
            raise ValueError(f"the name {entry.name!r} stands for {known.rxcuis} and for {entry.rxcuis}")
        if known.concept != entry.concept:
            raise ValueError(f"the name {entry.name!r} stands for {known.concept or known.rxcuis} and {entry.concept}")
        if known.certain != entry.certain:
            raise ValueError(f"the name {entry.name!r} is given as certain and as uncertain")
        lengths = {*self._lengths.get(words[0], ()), len(words)}
        self._lengths[words[0]] = tuple(sorted(lengths, reverse=True))

    def add_unless_known(self, entry: Entry) -> None:
        """A name that stands already keeps its meaning, and one without a word is left out."""
        words = tuple(word.text for word in split_words(entry.name))
        if words and words not in self._by_words:
            self.add(entry)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._by_words.values())

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every name in the text, longest first at each word, not overlapping, in reading order."""
        words = split_words(text)
        mentions: list[Mention] = []
        taken = 0  # the end of the last name
        for at, word in enumerate(words):
            if word.text not in self._lengths or word.start < taken:
                continue
            mention = self._at(text, words, at)
            if mention is not None:
                mentions.append(mention)
                taken = mention.span[1]
        return tuple(mentions)

    def _at(self, text: str, words: tuple[Word, ...], at: int) -> Mention | None:
        for length in self._lengths[words[at].text]:
            run = words[at : at + length]
            key = tuple([word.text for word in run])
            entry = self._by_words.get(key)
            if entry is None and length > 1 and key[-1][0].isdigit():
                entry = self._by_words.get((*key[:-1], _NUMBER))
                run = run[:-1]
            if entry is None:
                continue
            span = (run[0].start, run[-1].end)
            written = text[slice(*span)]
            if len(entry.rxcuis) > 1 or not _APART.search(written):
                concept = "" if written in entry.of_ingredient else entry.concept
                return Mention(span, written, entry.name, entry.rxcuis, entry.certain, concept)
        return None
