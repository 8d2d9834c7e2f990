"""The problems that an entry of a problem list can be, by its words and codes: every one, not only the longest name.

"Lumbar sprain" is pain and muscle spasm; "pulmonary hypertension" is a closed name, which no
other may overlap, and so no hypertension.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cds_service.knowledge.kinds.indications import TreatedProblem
from cds_service.knowledge.problem_words import QUALIFIERS, readings, words_of
from cds_service.terminology.lexicon import Words
from cds_service.terminology.systems import ICD10, ICD10CM

Code = tuple[str, str]
_BY_CODE = 1.0  # a code says it whole
# The most that the name of a problem beside it is worth, and the least that its own is. On the development set .25
# costs .016 of what is found and .75 costs .003.
_BESIDE = 0.5
# A problem of which an entry says less is not what the entry is about: fewer than one word in eight. From .05 to .25 no
# share on the development sets moves by more than .006.
LEAST = 0.13


@dataclass(frozen=True, eq=False)
class TreatedNames:
    """`names`: words of a name -> key -> whether the name is the problem's own or that of one beside it.

    `closed`: names whose parts mean nothing by themselves.
    """

    names: Mapping[Words, Mapping[str, bool]]
    closed: frozenset[Words]
    codes: Mapping[Code, frozenset[str]]
    longest: int

    @classmethod
    def of(cls, rows: Iterable[TreatedProblem]) -> TreatedNames:
        """Index the rows of treated.csv."""
        names: defaultdict[Words, dict[str, bool]] = defaultdict(dict)
        codes: defaultdict[Code, set[str]] = defaultdict(set)
        closed: set[Words] = set()
        for row in rows:
            for name in row.related:
                names[_in_any_order(words_of(name))][row.id] = False
            for name in row.words:
                names[_in_any_order(words_of(name))][row.id] = True
            closed.update(_in_any_order(words_of(name)) for name in row.closed)
            for system, code in row.codes:
                codes[system, code.replace(".", "")].add(row.id)
        return cls(
            names,
            frozenset(closed),
            {code: frozenset(keys) for code, keys in codes.items()},
            max(map(len, names), default=0),
        )

    def in_entry(self, label: str, codes: Iterable[Code] = ()) -> Mapping[str, float]:
        """Problem key -> how much of the entry says it, from 0 to 1: over a half where it is named, however much else
        is, at most a half where only what stands beside it is; 1 where a code says it."""
        found = dict(self._by_words(label))
        for system, code in codes:
            if system in (ICD10, ICD10CM):
                found.update(dict.fromkeys(self._by_code(code), _BY_CODE))
        return found

    def _by_code(self, code: str) -> frozenset[str]:
        bare = code.replace(".", "").upper()
        exact = self.codes.get((ICD10CM, bare), frozenset())
        prefixes = (self.codes.get((ICD10CM, f"{bare[:length]}*"), frozenset()) for length in range(1, len(bare) + 1))
        return exact.union(*prefixes)

    # The same problems stand in many charts: what they mean is kept, for a bounded number of them.
    @cached_property
    def _by_words(self) -> Callable[[str], tuple[tuple[str, float], ...]]:
        return lru_cache(maxsize=8192)(self._read_words)

    def _read_words(self, label: str) -> tuple[tuple[str, float], ...]:
        ways = [(words, self._spans(words)) for words in readings(label)]
        # "Hypertension, pulmonary" is closed when it is turned round, and so in no order hypertension.
        closed = frozenset(word for _, spans in ways for span in spans if span in self.closed for word in span)
        found: dict[str, float] = {}
        for words, spans in ways:
            for key, worth in self._said_by(words, spans, closed).items():
                found[key] = max(found.get(key, 0.0), worth)
        return tuple(found.items())

    def _spans(self, words: Words) -> dict[Words, set[int]]:
        """The names in a reading, each with the places of its words."""
        found: defaultdict[Words, set[int]] = defaultdict(set)
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + self.longest) + 1):
                name = _in_any_order(words[start:end])
                if name in self.names:
                    found[name].update(range(start, end))
        return found

    def _said_by(self, words: Words, spans: Mapping[Words, set[int]], closed: frozenset[str]) -> dict[str, float]:
        own: defaultdict[str, set[int]] = defaultdict(set)
        beside: defaultdict[str, set[int]] = defaultdict(set)
        for name, places in spans.items():
            if name not in self.closed and not closed.isdisjoint(name):
                continue
            for key, is_own in self.names[name].items():
                (own if is_own else beside)[key].update(places)
        content = {at for at, word in enumerate(words) if word not in QUALIFIERS}
        shares = {key: _BESIDE * _share(said, content) for key, said in beside.items()}
        return shares | {key: _own(_share(said | beside[key], content)) for key, said in own.items()}


def _in_any_order(words: Words) -> Words:
    """A "malignant neoplasm of breast" is a "malignant breast neoplasm"."""
    return tuple(sorted(words))


def _share(said: set[int], content: set[int]) -> float:
    """How much of what an entry says the words at `said` are: all of it, where nothing but qualifiers is left."""
    return len(said) / len(said | content)


def _own(share: float) -> float:
    """A problem that is named among much else comes before one of which the entry names but a neighbour."""
    return _BESIDE + (1 - _BESIDE) * share if share >= LEAST else share
