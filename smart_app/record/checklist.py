"""The items of a checklist as the page shows them: state by state, each with what was looked at, proof and passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smart_app.wording import items, text

# In the order of the page. A state that this version does not know stands last, in its own word.
STATES = {
    "unmet": "Open",
    "unknown": "Not known",
    "declined": "Declined, as recorded",
    "contraindicated": "Contraindicated, as recorded",
    "immune": "Immune, as recorded",
    "met": "Met",
}


@dataclass(frozen=True, slots=True)
class ItemLine:
    """`facts` and `passages` are the numbers that they have on the page. Empty text = not recorded."""

    words: str
    why: str
    strength: str
    rule: str
    facts: tuple[int, ...]
    passages: tuple[int, ...]


Checklist = tuple[tuple[str, tuple[ItemLine, ...]], ...]


def checklist(record: Mapping[str, Any], numbers: Mapping[str, int]) -> Checklist:
    """Title and items of each state that has any; `numbers`: those of the passages, by id."""
    rows = items(record, "items")
    states = dict.fromkeys((*STATES, *(text(row, "state") for row in rows)))
    groups = ((state, tuple(_line(row, numbers) for row in rows if text(row, "state") == state)) for state in states)
    return tuple((STATES.get(state) or state or "State not recorded", lines) for state, lines in groups if lines)


def _line(row: Mapping[str, Any], numbers: Mapping[str, int]) -> ItemLine:
    rule, facts = text(row, "rule"), row.get("facts")
    return ItemLine(
        words=text(row, "words") or "An item whose words were not recorded",
        why=text(row, "why"),
        strength=text(row, "strength"),
        rule=rule,
        facts=tuple(at + 1 for at in facts if isinstance(at, int)) if isinstance(facts, list) else (),
        passages=(numbers[rule],) if rule in numbers else (),
    )
