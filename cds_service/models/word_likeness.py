"""Does a word look like a drug's name or like a word of the language? Log-odds of its letter triples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import log

_SMOOTH = 0.5
_CLEAR = 3.0  # mean log-odds that are taken for certain


class WordLikeness:
    """Counted from two lists of words; deterministic, and the same for every text."""

    def __init__(self, names: Iterable[str], common: Iterable[str]) -> None:
        counts = [
            Counter(triple for word in sorted(set(words)) for triple in _triples(word)) for words in (names, common)
        ]
        sums = [sum(count.values()) + _SMOOTH * 10_000 for count in counts]
        self._odds = {
            triple: log((counts[0][triple] + _SMOOTH) / sums[0]) - log((counts[1][triple] + _SMOOTH) / sums[1])
            for triple in sorted(counts[0].keys() | counts[1].keys())
        }

    def of(self, word: str) -> float:
        """-1 for a word of the language, 1 for a drug's name, 0 for neither."""
        triples = _triples(word)
        mean = sum(self._odds.get(triple, 0.0) for triple in triples) / len(triples)
        return max(-1.0, min(1.0, mean / _CLEAR))


def _triples(word: str) -> list[str]:
    padded = f"^{word}$"
    return [padded[at : at + 3] for at in range(max(len(padded) - 2, 1))]
