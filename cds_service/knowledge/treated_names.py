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
from cds_service.terminology.lexicon import Words, split_words
from cds_service.terminology.systems import ICD10, ICD10CM

Code = tuple[str, str]
_BY_CODE = 1.0  # a code says it whole
_BESIDE = 0.5  # what a problem's name is worth where it only stands beside another problem
# Words that say where, when and how badly, and not what: an entry says its problem wholly with them or without them.
_QUALIFIER_WORDS = """
    a active acute and at benign bilateral both by chronic complete controlled current disease disorder due encounter
    episode for full history hx in initial left lower mild moderate multiple nos not of on or other p partial poorly
    primary recurrent remission right s secondary sequela severe single specified stable status subsequent symptom
    syndrome the to type uncontrolled unspecified upper well with without
    ankle arm chest ear elbow extremity eye face finger foot forearm hand hip knee leg limb neck shoulder skin thigh
    toe trunk wrist
"""
_QUALIFIERS = frozenset(_QUALIFIER_WORDS.split())


@dataclass(frozen=True, eq=False)
class TreatedNames:
    """`names`: words of a name -> key -> what it is worth; `closed`: names whose parts mean nothing by themselves."""

    names: Mapping[Words, Mapping[str, float]]
    closed: frozenset[Words]
    codes: Mapping[Code, frozenset[str]]
    longest: int

    @classmethod
    def of(cls, rows: Iterable[TreatedProblem]) -> TreatedNames:
        """Index the rows of treated.csv."""
        names: defaultdict[Words, dict[str, float]] = defaultdict(dict)
        codes: defaultdict[Code, set[str]] = defaultdict(set)
        closed: set[Words] = set()
        for row in rows:
            names_of_row = [*((name, _BESIDE) for name in row.related), *((name, 1.0) for name in row.words)]
            for name, worth in names_of_row:
                names[_words(name)][row.id] = worth
            closed.update(map(_words, row.closed))
            for system, code in row.codes:
                codes[system, code.replace(".", "")].add(row.id)
        return cls(
            names,
            frozenset(closed),
            {code: frozenset(keys) for code, keys in codes.items()},
            max(map(len, names), default=0),
        )

    def in_entry(self, label: str, codes: Iterable[Code] = ()) -> Mapping[str, float]:
        """Problem key -> how much of the entry's words says it, from 0 to 1, and half of that where they only name what
        stands beside it; 1 where a code says it."""
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
        found: dict[str, float] = {}
        for words in _readings(label):
            self._add(words, found)
        return tuple(found.items())

    def _add(self, words: Words, found: dict[str, float]) -> None:
        spans = [
            (start, end)
            for start in range(len(words))
            for end in range(start + 1, min(len(words), start + self.longest) + 1)
            if words[start:end] in self.names
        ]
        closed = [(start, end) for start, end in spans if words[start:end] in self.closed]
        for start, end in spans:
            if (start, end) not in closed and any(first < end and start < last for first, last in closed):
                continue
            rest = sum(word not in _QUALIFIERS for word in (*words[:start], *words[end:]))
            share = (end - start) / (end - start + rest)
            for key, worth in self.names[words[start:end]].items():
                found[key] = max(found.get(key, 0.0), share * worth)


def _readings(label: str) -> tuple[Words, ...]:
    """The words as they stand, and turned round at the one comma that an index has: "Anemia, hemolytic"."""
    first, comma, rest = label.partition(",")
    return (_words(label), _words(f"{rest} {first}")) if comma and "," not in rest else (_words(label),)


def _words(text: str) -> Words:
    return tuple(_plain(word.text) for word in split_words(text))


def _plain(word: str) -> str:
    """One spelling for singular and plural, American and British: "anaemias" is "anemia"."""
    word = word.replace("ae", "e").replace("oe", "e")
    if len(word) <= 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]
