"""Where in a text a misspelt drug name may stand: runs of neighbouring words with something in them that is not right.

A word that is spelt right as something else is no misspelling. Numbers may be part of a name ("insulin 70/30",
"vitamin b9"), never its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from cds_service.terminology.lexicon import Word, split_words

MAXIMUM_WORDS = 48  # an order is shorter; what stands beyond is not searched for misspellings
SHORTEST = 4  # letters; below that too many words are one slip away from each other
LONGEST_WINDOW = 6  # words
_IN_A_LONG_TEXT, _LONG_TEXT = 3, 16  # words; names of many words are looked for in short texts alone

_SHORT_WORDS = """
mg mcg ml gm ug po pr iv im sc sq sl pt bid tid qid qd qod prn hs qhs qam qpm ac pc tab cap gtt top inh neb tsp for and
the one two now per day pm am at in on of to by with er xr sr la xl ec dr odt hcl hbr dc take stat hr hrs wk mo yr max
"""
_OF_ORDERS = frozenset(_SHORT_WORDS.split())

_GAP = re.compile(r"[\s\-/&'’.+,()]{0,4}")


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring words of a text; `span` is (start, end) in characters of the text.

    `key` is their letters and digits without spaces, `wrong` those of them that are not spelt right as anything;
    `short` tells that these are too short to be sure of, so that only a name of as many words can be meant.
    """

    key: str
    words: int
    span: tuple[int, int]
    known: int  # how many of its words are spelt right as something else, or too short to tell
    wrong: tuple[str, ...]
    short: bool = False

    def overlaps(self, other: Window) -> bool:
        return self.span[0] < other.span[1] and other.span[0] < self.span[1]


@dataclass(frozen=True, slots=True)
class KnownWords:
    """`names`: words of lexicon names; `drugs`: names of drugs outside it; `common`: words that name no drug."""

    names: Collection[str]
    drugs: Collection[str]
    common: Collection[str]

    def is_right(self, word: str) -> bool:
        """A number, too short to tell, a word that names no drug, or a word of a name."""
        return len(word) < SHORTEST or word in self.common or word in self.names

    def windows(self, text: str) -> Iterator[Window]:
        """Every run of words of `text` that may be a misspelt name."""
        words = split_words(text)[:MAXIMUM_WORDS]
        longest = LONGEST_WINDOW if len(words) <= _LONG_TEXT else _IN_A_LONG_TEXT
        for start in range(len(words)):
            for length in range(1, longest + 1):
                run = words[start : start + length]
                if len(run) < length or not _joined(text, run) or run[-1].text in self.drugs:
                    break
                window = self._window(run)
                if window is not None:
                    yield window

    def _window(self, run: tuple[Word, ...]) -> Window | None:
        written = [word.text for word in run]
        key = "".join(written)
        long = tuple(word for word in written if not self.is_right(word))
        wrong = long or self._short(written)
        known = sum(len(word) < SHORTEST or word in self.common for word in written)
        if not wrong or len(key) < SHORTEST or known == len(run):
            return None
        return Window(key, len(run), (run[0].start, run[-1].end), known, wrong, short=not long)

    def _short(self, written: list[str]) -> tuple[str, ...]:
        """Beside a longer word of a name a short word that is right as nothing may be a slip, too: "acetic acd"."""
        if not any(len(word) >= SHORTEST and word in self.names for word in written):
            return ()
        return tuple(
            word
            for word in written
            if 1 < len(word) < SHORTEST and word.isalpha() and word not in self.names and word not in _OF_ORDERS
        )


def digits(key: str) -> str:
    """The digits of a key in their order: a number in a name is not misspelt but another name's."""
    return "".join(letter for letter in key if letter.isdigit())


def _joined(text: str, run: tuple[Word, ...]) -> bool:
    """True when a word comes first and nothing but spaces and small marks stands between."""
    gaps = (text[one.end : other.start] for one, other in pairwise(run))
    return run[0].text.isalpha() and all(word.text.isalnum() for word in run) and all(map(_GAP.fullmatch, gaps))
