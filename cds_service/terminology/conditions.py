"""Conditions of a patient by code and by words: which value sets a problem list entry means, and whether as past.

Codes are exact, or a prefix where a table ends one with `*` (ICD-10-CM categories). Words are exact names, whatever
stands around them, but a word of denial, doubt, risk or family takes them away, and a word of the past makes them past:
"no history of asthma", "family history of VTE" and "glaucoma suspect" mean nothing here, "history of MI" a past one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cds_service.terminology.lexicon import Lexicon, Mention
from cds_service.terminology.systems import ICD10, ICD10CM

Keys = frozenset[str]
Code = tuple[str, str]
NONE: Keys = frozenset()

_DENIED_BEFORE = re.compile(
    r"\b(?:no|not|non|without|w/o|denies|denied|never|negative|absence|rule[ds]? out|r/o|excluded?|unlikely|"
    r"screen(?:ing|ed)?|risk|suspect(?:ed)?|suspicion|possible|probable|questionable|query|concern|rather than|"
    r"exposure|immunization|vaccin\w+|counsel\w+|prophyla\w+|prevent\w+|educat\w+|fear|donor|carrier|"
    r"family|fhx?|mother|father|sister|brother|sibling|parent|maternal|paternal|partner|child of)\b"
)
_DENIED_AFTER = re.compile(
    r"\b(?:ruled out|excluded|negative|not (?:present|found|confirmed|detected)|suspect(?:ed)?|unlikely|"
    r"screening|test(?:ing)?|risk|prophylaxis|prevention|in (?:mother|father|sister|brother|family)|mimic)\b|\?"
)
_PAST_BEFORE = re.compile(
    r"\b(?:history|hx|h/o|pmhx?|past|prior|previous(?:ly)?|old|remote|former|resolved|healed|treated|s/p|status post)\b"
)
_PAST_AFTER = re.compile(r"\b(?:resolved|healed|remission|in the past|history|hx)\b")


@dataclass(frozen=True, slots=True)
class Meant:
    """Keys of the value sets that an entry means: as present, and as something that was."""

    now: Keys = NONE
    past: Keys = NONE

    def __or__(self, other: Meant) -> Meant:
        return Meant(self.now | other.now, self.past | other.past)


@dataclass(frozen=True)
class ConditionNames:
    """`codes` and `past_codes`: (system URI, code or prefix with `*`) -> keys of value sets; `words` finds names."""

    codes: Mapping[Code, Keys] = field(default_factory=dict)
    past_codes: Mapping[Code, Keys] = field(default_factory=dict)
    words: Lexicon = field(default_factory=Lexicon)

    def of(self, codes: Iterable[Code], labels: Iterable[str]) -> Meant:
        """What the codes and the words of one entry mean together."""
        meant = Meant()
        for system, code in codes:
            meant |= self._by_code(system, code)
        for label in labels:
            meant |= self._by_words(label)
        return meant

    # The same codes and names stand in many charts: what they mean is kept, for a bounded number of them.
    @cached_property
    def _by_code(self) -> Callable[[str, str], Meant]:
        return lru_cache(maxsize=8192)(self._read_code)

    @cached_property
    def _by_words(self) -> Callable[[str], Meant]:
        return lru_cache(maxsize=8192)(self._read_words)

    def _read_code(self, system: str, code: str) -> Meant:
        return Meant(_found(self.codes, system, code), _found(self.past_codes, system, code))

    def _read_words(self, label: str) -> Meant:
        lowered = label.lower()
        mentions = self.words.find(label) if len(lowered) == len(label) else ()
        now: set[str] = set()
        past: set[str] = set()
        for mention in mentions:
            before, after = _around(lowered, mention)
            if _DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after):
                continue
            was = _PAST_BEFORE.search(before) or _PAST_AFTER.search(after)
            (past if was else now).update(mention.rxcuis)
        return Meant(frozenset(now), frozenset(past))


def _around(label: str, mention: Mention) -> tuple[str, str]:
    """What stands before a name, back to the last semicolon or full stop, and what stands after it up to the next."""
    start, end = mention.span
    return re.split(r"[;.]", label[:start])[-1], re.split(r"[;.]", label[end:])[0]


def _found(codes: Mapping[Code, Keys], system: str, code: str) -> Keys:
    """Exact, or by the longest prefixes that the tables have; ICD-10 is read with the categories of ICD-10-CM."""
    if system not in (ICD10, ICD10CM):
        return codes.get((system, code), NONE)
    bare = code.replace(".", "").upper()
    found = set(codes.get((ICD10CM, bare), NONE))
    for length in range(2, len(bare) + 1):
        found |= codes.get((ICD10CM, bare[:length] + "*"), NONE)
    return frozenset(found)
