"""What became of a proof that was looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cds_service.chart.care.done import Done
from cds_service.facts import Fact
from cds_service.findings import ItemState

_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a part of a proof, an alternative, or an item; `found` are the entries that were looked at,
    `lacking` the tests (keys of monitors.csv) that an alternative still needs."""

    state: ItemState
    why: str
    facts: tuple[Fact, ...] = ()
    found: tuple[Done, ...] = ()
    lacking: tuple[str, ...] = ()


def together(parts: Sequence[Looked]) -> Looked:
    """All parts are needed: one that is not there decides, then one that nobody knows."""
    found = tuple(entry for one in parts for entry in one.found)
    states: tuple[ItemState, ...] = ("unmet", "unknown")
    for state in states:
        short = [one for one in parts if one.state == state]
        if short:
            lacking = tuple(key for one in short for key in one.lacking)
            return Looked(state, reasons(short), facts_of(short), found, lacking)
    return Looked("met", reasons(parts), facts_of(parts), found)


def reasons(looked: Iterable[Looked]) -> str:
    """Why, part by part; what several parts or alternatives say alike ("no procedures on record") is said once."""
    return _BETWEEN.join(dict.fromkeys(words for one in looked for words in one.why.split(_BETWEEN)))


def facts_of(looked: Iterable[Looked]) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(fact for one in looked for fact in one.facts))
