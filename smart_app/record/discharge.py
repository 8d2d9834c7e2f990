"""The medicines of a discharge as the page shows them, and as the page for the patient says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smart_app.record.facts import FactLine
from smart_app.wording import items, text

# In the order of the page: title for the clinician, title for the patient. What the patient is not yet told has none.
STATES: Mapping[str, tuple[str, str]] = {
    "unsure": ("To decide: new or not is not known", "Take these medicines"),
    "held": ("To decide: on hold", ""),
    "unreconciled": ("To decide: taken at home, not decided", ""),
    "ordered": ("Ordered in this stay; no home list to compare with", "Take these medicines"),
    "new": ("New", "New medicines"),
    "changed": ("Changed", "Medicines that changed"),
    "continued": ("Continued", "Keep taking these, with no change"),
    "stopped": ("Stopped", "Stop taking these"),
}
_FOR_PATIENTS = ("new", "changed", "continued", "ordered", "unsure", "stopped")


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """`facts` and `passages` are the numbers that they have on the page. Empty = not recorded."""

    state: str
    name: str
    product: str
    also: tuple[str, ...]
    written: str
    how: str
    as_written: bool
    lay: str
    use: str
    change: str
    before: tuple[str, ...]
    watch: tuple[str, ...]
    help: tuple[str, ...]
    due: tuple[str, ...]
    questions: tuple[str, ...]
    facts: tuple[int, ...]
    passages: tuple[int, ...]


Groups = tuple[tuple[str, tuple[MedicineLine, ...]], ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """What the patient is given: medicines by group, what is still to be decided, tests, and recorded allergies.
    `no_home_list`: nobody could compare with what was taken at home, so that nothing is called new."""

    groups: Groups
    undecided: tuple[MedicineLine, ...]
    due: tuple[str, ...]
    allergies: tuple[str, ...]
    no_home_list: bool


def medicines(record: Mapping[str, Any], numbers: Mapping[str, int]) -> tuple[MedicineLine, ...]:
    """Every medicine of the record; `numbers`: those of the passages, by id."""
    return tuple(_line(row, numbers) for row in items(record, "medicines"))


def groups(lines: Sequence[MedicineLine]) -> Groups:
    """Title and medicines of each state that has any; a state that this version does not know stands last."""
    states = dict.fromkeys((*STATES, *(one.state for one in lines)))
    found = ((state, tuple(one for one in lines if one.state == state)) for state in states)
    return tuple((STATES.get(state, (state or "Not recorded", ""))[0], mine) for state, mine in found if mine)


def handout(lines: Sequence[MedicineLine], facts: Sequence[FactLine]) -> Handout | None:
    """None for a card that is about no discharge."""
    if not lines:
        return None
    told: dict[str, tuple[MedicineLine, ...]] = {}
    for state in _FOR_PATIENTS:
        title = STATES[state][1]
        told[title] = (*told.get(title, ()), *(one for one in lines if one.state == state))
    return Handout(
        groups=tuple((title, mine) for title, mine in told.items() if mine),
        undecided=tuple(one for one in lines if one.state not in _FOR_PATIENTS),
        due=tuple(dict.fromkeys(due for one in lines for due in one.due)),
        allergies=tuple(fact.value for fact in facts if fact.label in ("Allergy", "Intolerance")),
        no_home_list=any(one.state == "ordered" for one in lines),
    )


def _line(row: Mapping[str, Any], numbers: Mapping[str, int]) -> MedicineLine:
    facts = row.get("facts")
    return MedicineLine(
        state=text(row, "state"),
        name=text(row, "name") or "A medicine whose name was not recorded",
        product=text(row, "product"),
        also=_texts(row, "also"),
        written=text(row, "written"),
        how=text(row, "how"),
        as_written=row.get("as_written") is True,
        lay=text(row, "lay"),
        use=text(row, "use"),
        change=text(row, "change"),
        before=_texts(row, "before"),
        watch=_texts(row, "watch"),
        help=_texts(row, "help"),
        due=_texts(row, "due"),
        questions=_texts(row, "questions"),
        facts=tuple(at + 1 for at in facts if isinstance(at, int)) if isinstance(facts, list) else (),
        passages=tuple(numbers[cite] for cite in _texts(row, "cites") if cite in numbers),
    )


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
