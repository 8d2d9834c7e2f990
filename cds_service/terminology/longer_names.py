"""An exact name with a misspelt word behind it may be the beginning of another drug's longer name.

"isosorbide dinitrfate" names isosorbide exactly and means something else; so does "trastuzumab deruxtecann". A word
counts as such a slip when it is like a word with which a name of other ingredients goes on, and is right as nothing.
What a mark joins on is a component (combination.py), and the part that is known stays known.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from cds_service.terminology.combination import NOT_COMPONENTS
from cds_service.terminology.lexicon import Entry, Mention, Words, split_words

_SHORTEST = 4  # letters; shorter words are one slip away from too many
_LIKE = 0.75

Ingredients = frozenset[str]


class LongerNames:
    """The words with which names go on; built once from a lexicon's entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._next: dict[Words, list[tuple[str, Ingredients]]] = {}
        self._words: set[str] = set()
        for entry in entries:
            words = tuple(word.text for word in split_words(entry.name))
            self._words.update(words)
            for length in range(1, len(words)):
                self._next.setdefault(words[:length], []).append((words[length], frozenset(entry.rxcuis)))

    def begun_by(self, mention: Mention, text: str) -> bool:
        """Whether what stands behind the mention in `text` goes on, misspelt, to a name of other ingredients."""
        words = [word for word in split_words(text) if word.start >= mention.span[0]]
        said = tuple(word.text for word in words if word.end <= mention.span[1])
        end = mention.span[1]
        for word in words[len(said) :]:
            goes_on = self._next.get(said, [])
            if any(word.text == other for other, _ in goes_on):
                said, end = (*said, word.text), word.end
                continue
            return (
                text[end : word.start].isspace()
                and self._is_wrong(word.text)
                and any(
                    rxcuis != frozenset(mention.rxcuis) and OSA.normalized_similarity(word.text, other) >= _LIKE
                    for other, rxcuis in goes_on
                )
            )
        return False

    def _is_wrong(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.isalpha() and word not in self._words and word not in NOT_COMPONENTS
