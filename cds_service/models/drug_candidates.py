"""What a misspelt drug name in a text may have meant: windows of words, and the lexicon names spelt like them.

A word that is spelt right is not a misspelling: windows with another drug's name in them, and windows made only of
known words, are left out. Other drugs' names also compete, so that "prednisolne" does not become prednisone only
because the lexicon lacks prednisolone. Spaces do not count: "met formin" and "folicacid" are compared without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from cds_service.terminology.lexicon import Word, split_words

MAXIMUM_WORDS = 48  # an order is shorter; what stands beyond is not searched for misspellings
SHORTEST = 4  # letters; below that too many words are one slip away from each other
LONGEST_WINDOW = 3  # words
LEAST_SIMILARITY = 0.6
KEPT = 5

_LIKE_A_NEXT_WORD = 0.7

Rxcuis = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A lexicon name; `key` is what is compared: its letters without spaces."""

    text: str
    key: str
    words: int
    rxcuis: Rxcuis


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring words of a text; `span` is (start, end) in characters of the text."""

    key: str
    words: int
    span: tuple[int, int]
    known: int  # how many of its words are spelt right as something else, or too short to tell

    def overlaps(self, other: Window) -> bool:
        return self.span[0] < other.span[1] and other.span[0] < self.span[1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a window may be a misspelling of, with the best similarities of what competes for the same place."""

    window: Window
    name: Name
    similarity: float
    runner_up: float  # best name of other ingredients
    other_drug: float  # best name of a drug outside the lexicon
    goes_on: bool = False  # the next word goes on to a longer name of other ingredients: "advil" in "advil cold"


Found = tuple[Window, Name, float]


class CandidateSearch:
    """Lexicon names, other drugs' names and common words, ready to be compared. Holds no state between texts."""

    def __init__(self, names: Sequence[tuple[str, Rxcuis]], other_drugs: Sequence[str], common: Sequence[str]) -> None:
        self.names = tuple(_names(names))
        own_words = {word.text for text, _ in names for word in split_words(text)}
        others = sorted({word for word in other_drugs if len(word) >= SHORTEST and word not in own_words})
        self._others = frozenset(others)
        self._common = frozenset(common) - {name.key for name in self.names}
        self._spelt_right = self._common | own_words
        self._next_words = _next_words(names)
        self._keys = [name.key for name in self.names] + others

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        """At most five, the most similar first, one per set of ingredients."""
        windows = tuple(self._windows(text))
        if not windows or not self.names:
            return ()
        similarity = cdist(
            [window.key for window in windows],
            self._keys,
            scorer=OSA.normalized_similarity,
            score_cutoff=LEAST_SIMILARITY,
            dtype=np.float32,
        )
        ours, others = similarity[:, : len(self.names)], similarity[:, len(self.names) :]
        best = self._best_per_ingredients(windows, ours)
        ranked = sorted(best, key=lambda found: (-found[2], found[0].span[0], found[1].text))[:KEPT]
        return tuple(self._with_rivals(found, best, windows, others, text) for found in ranked)

    def _with_rivals(
        self,
        found: Found,
        best: Sequence[Found],
        windows: Sequence[Window],
        others: NDArray[np.float32],
        text: str,
    ) -> Candidate:
        window, name, similarity = found
        rivals = [value for place, other, value in best if other.rxcuis != name.rxcuis and place.overlaps(window)]
        rows = [row for row, place in enumerate(windows) if place.overlaps(window)]
        other_drug = float(others[rows].max()) if others.size else 0.0
        following = next((word.text for word in split_words(text) if word.start >= window.span[1]), "")
        goes_on = following != "" and any(_alike(following, word) for word in self._next_words.get(name.text, ()))
        return Candidate(window, name, similarity, max(rivals, default=0.0), other_drug, goes_on)

    def _windows(self, text: str) -> Iterator[Window]:
        words = split_words(text)[:MAXIMUM_WORDS]
        for start in range(len(words)):
            for length in range(1, LONGEST_WINDOW + 1):
                run = words[start : start + length]
                if len(run) < length or not _joined(text, run):
                    break
                key = "".join(word.text for word in run)
                if run[-1].text in self._others:
                    break
                if len(key) < SHORTEST or all(self._is_right(word.text) for word in run):
                    continue
                known = sum(len(word.text) < SHORTEST or word.text in self._common for word in run)
                if known < length:
                    yield Window(key, length, (run[0].start, run[-1].end), known)

    def _is_right(self, word: str) -> bool:
        return len(word) < SHORTEST or word in self._spelt_right

    def _best_per_ingredients(self, windows: Sequence[Window], similarity: NDArray[np.float32]) -> list[Found]:
        best: dict[Rxcuis, Found] = {}
        for row, column in zip(*np.nonzero(similarity), strict=True):
            name, value = self.names[column], float(similarity[row, column])
            if name.rxcuis not in best or value > best[name.rxcuis][2]:
                best[name.rxcuis] = (windows[row], name, value)
        return list(best.values())


def _names(names: Sequence[tuple[str, Rxcuis]]) -> Iterator[Name]:
    """The names that can be misspelt: letters only, long enough, and sorted, so that table order is no matter.

    A name that only adds words to another name of the same ingredients is left out: a salt in common would make two
    drugs look alike ("betamethasone dipropionate", "beclomethasone dipropionate").
    """
    by_words = {tuple(word.text for word in split_words(text)): (text, tuple(sorted(rxcuis))) for text, rxcuis in names}
    for words, (text, rxcuis) in sorted(by_words.items()):
        parts = (words[start:end] for start, end in combinations(range(len(words) + 1), 2) if end - start < len(words))
        longer = any(by_words.get(part, ("", ()))[1] == rxcuis for part in parts)
        key = "".join(words)
        if key.isalpha() and len(key) >= SHORTEST and not longer:
            yield Name(text, key, len(words), rxcuis)


def _joined(text: str, run: Sequence[Word]) -> bool:
    """True when the words are letters with nothing but spaces and hyphens between them."""
    gaps = (text[one.end : other.start] for one, other in pairwise(run))
    return all(word.text.isalpha() for word in run) and all(not gap.strip(" -") for gap in gaps)


def _next_words(names: Sequence[tuple[str, Rxcuis]]) -> Mapping[str, frozenset[str]]:
    """By name, the words with which longer names of other ingredients go on after it."""
    by_words = {tuple(word.text for word in split_words(text)): (text, tuple(sorted(rxcuis))) for text, rxcuis in names}
    found: dict[str, set[str]] = {}
    for words, (_, rxcuis) in by_words.items():
        for length in range(1, len(words)):
            shorter, meant = by_words.get(words[:length], ("", rxcuis))
            if meant != rxcuis:
                found.setdefault(shorter, set()).add(words[length])
    return {name: frozenset(words) for name, words in found.items()}


def _alike(written: str, word: str) -> bool:
    return written == word or (len(word) >= SHORTEST and OSA.normalized_similarity(written, word) >= _LIKE_A_NEXT_WORD)
