"""Which problem of a list an order most likely treats, by cited rows; or that none fits.

A diagnosis is never inferred from a drug: only problems that the list has are chosen from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cds_service.knowledge.kinds.indications import Indication, TreatedProblem, indications_of
from cds_service.knowledge.knowledge import Knowledge
from cds_service.knowledge.treated_names import LEAST, Code
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

# A labelled use weighs as much as an entry whose every word says it; each of the first places down a row, a fifth of
# that. Long rows (a steroid's) are no ranking, so their end weighs no less than their fourth place.
_LABELLED, _WHOLE, _LATER, _LAST = 0.5, 0.5, 0.1, 3
_LOCAL = LOCAL_ROUTES | {"rectal"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a problem list: the words that the list gives it, and its codes as (system URI, code)."""

    label: str
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class _Use:
    """A problem that `drug` treats by `row`, and how much that is worth before any entry is looked at."""

    drug: Drug
    row: Indication
    problem: TreatedProblem
    weight: float


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


def fits(
    knowledge: Knowledge, drugs: Iterable[Drug], entries: Sequence[Entry], routes: frozenset[str] = frozenset()
) -> tuple[Fit, ...]:
    """The entries that one of `drugs`, given by `routes`, treats: each once, the likeliest first, equal ones in the
    list's order."""
    uses = _at_the_place([use for drug in drugs for use in _uses(knowledge, drug)], routes)
    best = (max(found, key=_strength) for found in _found(knowledge, uses, entries) if found)
    return tuple(sorted(best, key=_strength, reverse=True))


def _uses(knowledge: Knowledge, drug: Drug) -> Iterator[_Use]:
    problems = knowledge.keyed(TreatedProblem)
    for row in indications_of(knowledge, drug):
        for place, key in enumerate(row.problems):
            weight = _LABELLED * (row.basis == "label") - _LATER * min(place, _LAST)
            yield _Use(drug, row, problems[key], weight)


def _at_the_place(uses: Sequence[_Use], routes: frozenset[str]) -> Sequence[_Use]:
    """What is put into an eye is for the eye, and what is swallowed is not for the outer ear. Where no use is left, the
    route decides nothing: a nasal spray may be for migraine."""
    if not routes:
        return uses
    if routes & _LOCAL:
        return [use for use in uses if use.problem.routes & routes] or uses
    return [use for use in uses if not use.problem.routes or use.problem.routes - _LOCAL] or uses


def _found(knowledge: Knowledge, uses: Sequence[_Use], entries: Sequence[Entry]) -> Iterator[list[Fit]]:
    for at, entry in enumerate(entries):
        shares = knowledge.treated.in_entry(entry.label, entry.codes)
        yield [
            Fit(at, use.problem.id, use.drug, use.row, use.weight + _WHOLE * shares[use.problem.id])
            for use in uses
            if shares.get(use.problem.id, 0.0) >= LEAST
        ]


def _strength(fit: Fit) -> float:
    return fit.strength
