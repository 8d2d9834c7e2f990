"""An exact name beside a misspelt word may be a part of another drug's longer name.

"isosorbide dinitrfate" names isosorbide exactly and means something else; so does "tyleol with codeine". A word is such
a slip when it is like the word that stands in its place in a name of other ingredients, and is right as nothing. What a
mark joins on is a component (`combination`), and the other components stay known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from cds_service.terminology.combination import NOT_COMPONENTS
from cds_service.terminology.lexicon import Entry, Mention, Word, Words, split_words

_SHORTEST = 3  # letters; shorter words are one slip away from too many
_SHORT_LIKE = 0.75
_JOINS = re.compile(r"[/+&]")  # behind such a mark, or a hyphen, stands a component
_LIKE = 0.6  # a judgement: so high that names which are spelt right are hardly ever taken for slips of longer ones

Ingredients = frozenset[str]


class LongerNames:
    """In which longer names a name stands, and where in them; built once from a lexicon's entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_words = {tuple(word.text for word in split_words(entry.name)): frozenset(entry.rxcuis) for entry in entries}
        self._words = {word for words in by_words for word in words}
        self._longer: dict[Words, list[tuple[int, Words, Ingredients]]] = {}
        for words, rxcuis in by_words.items():
            for start in range(len(words)):
                for end in range(start + 1, len(words) + 1):
                    part = words[start:end]
                    if part != words and by_words.get(part, rxcuis) != rxcuis:
                        self._longer.setdefault(part, []).append((start, words, rxcuis))

    def hold(self, mention: Mention, text: str) -> bool:
        """Whether the mention's words stand in `text` as a part of a longer name of other ingredients, misspelt."""
        words = split_words(text)
        if not any(self._is_wrong(word.text) for word in words):  # nearly always
            return False
        said = tuple(word.text for word in words if mention.span[0] <= word.start < mention.span[1])
        first = next(at for at, word in enumerate(words) if word.start >= mention.span[0])
        return any(
            start <= first and self._slips(text, words[first - start :], name, range(start, start + len(said)))
            for start, name, rxcuis in self._longer.get(said, ())
            if rxcuis != frozenset(mention.rxcuis)
        )

    def _slips(self, text: str, written: Sequence[Word], name: Words, mention: range) -> bool:
        """`written` is the name but for slips before the mention, or as far as a slip behind it."""
        slips = [at for at, (word, meant) in enumerate(zip(written, name, strict=False)) if word.text != meant]
        before = [at for at in slips if at < mention.start]
        meant = before or slips[:1]
        if not meant or (before and (slips != before or len(written) < len(name))):
            return False
        end = mention.start + 1 if before else meant[-1] + 1
        gaps = [(at, text[written[at].end : written[at + 1].start]) for at in range(end - 1)]
        outside = [(at, gap) for at, gap in gaps if at not in mention or at + 1 not in mention]
        beside = {place for at in meant for place in (at - 1, at)}
        return all(self._is_slip(written[at].text, name[at]) for at in meant) and not any(
            _JOINS.search(gap) or (at in beside and "-" in gap) for at, gap in outside
        )

    def _is_slip(self, word: str, meant: str) -> bool:
        likeness = OSA.normalized_similarity(word, meant)
        return self._is_wrong(word) and likeness >= (_LIKE if len(word) > _SHORTEST else _SHORT_LIKE)

    def _is_wrong(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.isalpha() and word not in self._words and word not in NOT_COMPONENTS
