"""A calculation as the page shows it, and how its numbers are found again among a card's facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from smart_app.record.facts import FactLine

NUMBER = r"(\d+(?:\.\d+)?)"


@dataclass(frozen=True, slots=True)
class Calculation:
    """`formula` with its names, `numbers` with its numbers; `facts` are the numbers of the facts that went in."""

    result: str
    formula: str
    numbers: str
    source: str
    facts: tuple[int, ...]
    fact: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured value as the rules read it, and `words` as the fact has them: "60 umol/L = 3.51 mg/dL"."""

    value: float
    words: str
    fact: int


def first(facts: Sequence[FactLine], word: str, pattern: str) -> tuple[FactLine, str] | None:
    """The first fact whose label holds the word and whose value begins so, and what the pattern captured."""
    for fact in facts:
        named = re.search(rf"\b{word}\b", fact.label, re.IGNORECASE) and "clearance" not in fact.label
        if named and (match := re.match(pattern, fact.value)):
            return fact, match[1]
    return None


def amount(facts: Sequence[FactLine], word: str) -> Amount | None:
    """The first such measurement: where a fact says what it was read as, in the unit of the rules, that number."""
    found = first(facts, word, rf"(?:.* = )?{NUMBER}")
    if found is None:
        return None
    fact, number = found
    return Amount(float(number), re.sub(r" \{.*?\}", "", fact.value), fact.number)
