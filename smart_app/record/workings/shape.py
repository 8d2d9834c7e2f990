"""A calculation as the page shows it, and how its numbers are found again among a card's facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
    """A measured value in the calculator's unit. `words`: as the chart has it, and converted where that differs."""

    value: float
    words: str
    fact: int


def first(facts: Sequence[FactLine], word: str, pattern: str) -> tuple[int, str] | None:
    """The first fact whose label holds the word and whose value fits: its number and what the pattern captured."""
    for fact in facts:
        named = re.search(rf"\b{word}\b", fact.label, re.IGNORECASE) and "clearance" not in fact.label
        if named and (match := re.search(pattern, fact.value)):
            return fact.number, match[1]
    return None


def amount(facts: Sequence[FactLine], word: str, unit: str, others: Mapping[str, float]) -> Amount | None:
    """The first such measurement in `unit`; `others`: further units that are understood, each with its factor to it."""
    for fact in facts:
        match = re.match(rf"{NUMBER}\s*(\S*)", fact.value)
        if not match or not re.search(rf"\b{word}\b", fact.label, re.IGNORECASE):
            continue
        factor = 1.0 if match[2] == unit else others.get(match[2])
        if factor is not None:
            value = float(match[1]) * factor
            charted = "" if factor == 1.0 else f"{match[1]} {match[2]} = "
            return Amount(value, f"{charted}{value:.3g} {unit}".strip(), fact.number)
    return None
