"""What a misspelt drug name in a text may have meant: windows of words, and the lexicon names spelt like them.

Windows come from drug_windows.py. Other drugs' names compete, so that "prednisolne" does not become prednisone only
because the lexicon lacks prednisolone; so do common words, as "regime" is nearer to a word than to a brand. Spaces do
not count: "met formin" and "folicacid" are compared without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from cds_service.models.drug_windows import SHORTEST, KnownWords, Window, digits
from cds_service.models.word_likeness import WordLikeness
from cds_service.terminology.lexicon import split_words

LEAST_SIMILARITY = 0.6
KEPT = 5

_LIKE_A_NEXT_WORD = 0.7

Rxcuis = tuple[str, ...]
_Similarities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Name:
    """A lexicon name; `key` is what is compared: its letters and digits without spaces."""

    text: str
    key: str
    words: int
    rxcuis: Rxcuis


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a window may be a misspelling of, with the best similarities of what competes for the same place."""

    window: Window
    name: Name
    similarity: float
    runner_up: float  # best name of other ingredients
    other_drug: float  # best name of a drug outside the lexicon
    common_word: float = 0.0  # how like a word that names no drug its misspelt words are, the least of them
    goes_on: bool = False  # the next word goes on to a longer name of other ingredients: "advil" in "advil cold"
    looks: tuple[float, float] = (0.0, 0.0)  # what was written, and the name: -1 a word of the language, 1 a drug
    beside: tuple[int, int] = (0, 0)  # further words of the text: not right, and words of lexicon names


Found = tuple[Window, Name, float]


class CandidateSearch:
    """Lexicon names, other drugs' names and common words, ready to be compared. Holds no state between texts."""

    def __init__(self, names: Sequence[tuple[str, Rxcuis]], other_drugs: Sequence[str], common: Sequence[str]) -> None:
        self.names = tuple(_names(names))
        own_words = frozenset(word.text for text, _ in names for word in split_words(text))
        others = sorted({word for word in other_drugs if len(word) >= SHORTEST and word not in own_words})
        spelt_right = frozenset(common) - {name.key for name in self.names}
        self._known = KnownWords(own_words, frozenset(others), spelt_right)
        self._common = sorted(spelt_right - own_words)
        self._next_words = _next_words(names)
        self._keys = [name.key for name in self.names] + others
        self._numbers = np.array([digits(name.key) for name in self.names])
        self._words = np.array([name.words for name in self.names])
        self._lone = np.array([_lone_letter(name.text) for name in self.names], dtype=str)
        self._ends_twice = np.array([_ends_twice(name.text) for name in self.names], dtype=bool)
        self._likeness = WordLikeness((name.key for name in self.names), self._common)

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        """At most five, the most similar first, one per set of ingredients."""
        windows = tuple(self._known.windows(text))
        if not windows or not self.names:
            return ()
        similarity = _similarities([window.key for window in windows], self._keys)
        ours, others = similarity[:, : len(self.names)], similarity[:, len(self.names) :]
        ours[np.array([digits(window.key) for window in windows])[:, None] != self._numbers[None, :]] = 0.0
        short = np.array([window.short for window in windows])
        words = np.array([window.words for window in windows])[:, None]
        ours[short[:, None] & (words != self._words)] = 0.0
        last = np.array([window.key[-1] for window in windows])[:, None]
        ours[((self._lone != "") & (self._lone != last)) | (self._ends_twice & (words < self._words))] = 0.0
        best = self._best_per_ingredients(windows, ours)
        ranked = sorted(best, key=lambda found: (-found[2], found[0].span[0], found[1].text))[:KEPT]
        common = self._common_words({word for window, _, _ in ranked for word in window.wrong})
        return tuple(self._with_rivals(found, best, windows, others, common, text) for found in ranked)

    def _with_rivals(
        self,
        found: Found,
        best: Sequence[Found],
        windows: Sequence[Window],
        others: _Similarities,
        common: Mapping[str, float],
        text: str,
    ) -> Candidate:
        window, name, similarity = found
        rivals = [value for place, other, value in best if other.rxcuis != name.rxcuis and place.overlaps(window)]
        rows = [row for row, place in enumerate(windows) if place.overlaps(window)]
        words = split_words(text)
        following = next((word.text for word in words if word.start >= window.span[1]), "")
        beside = [word.text for word in words if not window.span[0] <= word.start < window.span[1]]
        return Candidate(
            window,
            name,
            similarity,
            runner_up=max(rivals, default=0.0),
            other_drug=float(others[rows].max()) if others.size else 0.0,
            common_word=min(common[word] for word in window.wrong),
            goes_on=following != "" and any(_alike(following, word) for word in self._next_words.get(name.text, ())),
            looks=(self._likeness.of(window.key), self._likeness.of(name.key)),
            beside=(
                sum(not self._known.is_right(word) for word in beside),
                sum(word in self._known.names and word not in self._known.common for word in beside),
            ),
        )

    def _common_words(self, wrong: set[str]) -> dict[str, float]:
        """For each word that is not right, how like the nearest common word it is."""
        written = sorted(wrong)
        if not written or not self._common:
            return dict.fromkeys(written, 0.0)
        return dict(zip(written, _similarities(written, self._common).max(axis=1).tolist(), strict=True))

    def _best_per_ingredients(self, windows: Sequence[Window], similarity: _Similarities) -> list[Found]:
        best: dict[Rxcuis, Found] = {}
        for row, column in zip(*np.nonzero(similarity), strict=True):
            name, value = self.names[column], float(similarity[row, column])
            if name.rxcuis not in best or value > best[name.rxcuis][2]:
                best[name.rxcuis] = (windows[row], name, value)
        return list(best.values())


def _similarities(written: Sequence[str], known: Sequence[str]) -> _Similarities:
    """Likeness of each to each, 0 where it is below the least that counts."""
    scorer = OSA.normalized_similarity
    return cdist(written, known, scorer=scorer, score_cutoff=LEAST_SIMILARITY, dtype=np.float32)


def _names(names: Sequence[tuple[str, Rxcuis]]) -> Iterator[Name]:
    """The names that can be misspelt: four letters at least, and sorted, so that table order is no matter.

    A name that only adds words to another name of the same ingredients is left out: a salt in common would make two
    drugs look alike ("betamethasone dipropionate", "beclomethasone dipropionate").
    """
    by_words = {tuple(word.text for word in split_words(text)): (text, tuple(sorted(rxcuis))) for text, rxcuis in names}
    for words, (text, rxcuis) in sorted(by_words.items()):
        parts = (words[start:end] for start, end in combinations(range(len(words) + 1), 2) if end - start < len(words))
        longer = any(by_words.get(part, ("", ()))[1] == rxcuis for part in parts)
        key = "".join(words)
        if key.isalnum() and sum(map(str.isalpha, key)) >= SHORTEST and not longer:
            yield Name(text, key, len(words), rxcuis)


def _lone_letter(name: str) -> str:
    """The letter that is a word of its own at the end: as a number, it is not misspelt but another name's."""
    before, _, last = name.rpartition(" ")
    return last if before and len(last) == 1 and last.isalpha() else ""


def _ends_twice(name: str) -> bool:
    """Its last word is the letter before it once more, as in "insulin n": "insulinn" is a slip, not that name."""
    return name[-3:-1] == f"{_lone_letter(name)} "


def _next_words(names: Sequence[tuple[str, Rxcuis]]) -> Mapping[str, frozenset[str]]:
    """By name, the words with which longer names of other ingredients go on after it."""
    by_words = {tuple(word.text for word in split_words(text)): (text, tuple(sorted(rxcuis))) for text, rxcuis in names}
    found: dict[str, set[str]] = {}
    for words, (_, rxcuis) in by_words.items():
        for length in range(1, len(words)):
            shorter, meant = by_words.get(words[:length], ("", rxcuis))
            if meant not in (rxcuis, by_words.get(words[: length + 1], ("", rxcuis))[1]):
                found.setdefault(shorter, set()).add(words[length])
    return {name: frozenset(words) for name, words in found.items()}


def _alike(written: str, word: str) -> bool:
    return written == word or (len(word) >= SHORTEST and OSA.normalized_similarity(written, word) >= _LIKE_A_NEXT_WORD)
