"""Which problem of a list an order most likely treats, by cited rows; or that none fits.

A diagnosis is never inferred from a drug: only problems that the list has are chosen from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cds_service.knowledge.kinds.indications import Indication, indications_of
from cds_service.knowledge.knowledge import Knowledge
from cds_service.knowledge.treated_names import Code
from cds_service.terminology.vocabulary import Drug

# A labelled use weighs as much as an entry whose every word says it; each place further down a row, a fifth of that.
_LABELLED, _WHOLE, _LATER = 0.5, 0.5, 0.1
_LEAST = 0.13  # an entry of which less speaks of the problem is about something else


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a problem list: the words that the list gives it, and its codes as (system URI, code)."""

    label: str
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """The entry at `at` is treated by `drug` as `key` of treated.csv, which `row` says.

    `strength` orders fits: a labelled use before another, one that the row names earlier, an entry that says it wholly.
    """

    at: int
    key: str
    drug: Drug
    row: Indication
    strength: float


def fits(knowledge: Knowledge, drugs: Iterable[Drug], entries: Sequence[Entry]) -> tuple[Fit, ...]:
    """The entries that one of `drugs` treats, each once, the likeliest first; equal ones in the list's order."""
    treats = [(drug, row) for drug in drugs for row in indications_of(knowledge, drug)]
    if not treats:
        return ()
    best = (max(found, key=_strength) for found in _found(knowledge, treats, entries) if found)
    return tuple(sorted(best, key=_strength, reverse=True))


def _found(
    knowledge: Knowledge, treats: Sequence[tuple[Drug, Indication]], entries: Sequence[Entry]
) -> Iterator[list[Fit]]:
    for at, entry in enumerate(entries):
        shares = knowledge.treated.in_entry(entry.label, entry.codes)
        yield [
            Fit(at, key, drug, row, _LABELLED * (row.basis == "label") - _LATER * place + _WHOLE * shares[key])
            for drug, row in treats
            for place, key in enumerate(row.problems)
            if shares.get(key, 0.0) >= _LEAST
        ]


def _strength(fit: Fit) -> float:
    return fit.strength
