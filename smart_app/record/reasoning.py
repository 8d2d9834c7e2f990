"""Why a concern arises, sentence by sentence, and what can be done instead; each with the passages it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smart_app.wording import text

_CHECKED = {
    "replace": "Before it was offered, the checks were run on the order as it would then stand: they left nothing of "
    "moderate harm or worse, and nothing unassessed.",
    "adjust": "Before it was offered, the checks were run on the order as it would then stand: they left nothing of "
    "moderate harm or worse.",
    "add": "Before it was offered, the checks were run on the added order beside the chart.",
    "stop": "Whether the drug can be stopped without harm is the clinician's to judge.",
}


@dataclass(frozen=True, slots=True)
class Alternative:
    """What can be done instead or besides. `checked` says what was done to see that it is sound."""

    label: str
    recommended: bool
    checked: str
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One sentence of the card's reasoning with the numbers of the passages and facts it stands on.

    `of_the_rule`: the words of the rule's author, which do not claim to be the source's.
    """

    text: str
    of_the_rule: bool
    passages: tuple[int, ...]
    facts: tuple[int, ...]


def claim_lines(rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> tuple[ClaimLine, ...]:
    """Why the concern arises. Advice and what the sources say have places of their own on the page."""
    return tuple(
        ClaimLine(
            text=text(row, "text"),
            of_the_rule=row.get("kind") == "rationale",
            passages=tuple(numbers[key] for key in _list(row, "passages") if key in numbers),
            facts=tuple(index + 1 for index in _list(row, "facts") if isinstance(index, int)),
        )
        for row in rows
        if text(row, "text") and row.get("kind") not in ("advice", "evidence")
    )


def alternatives(rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> tuple[Alternative, ...]:
    """`numbers`: those of the passages, by id."""
    return tuple(_alternative(row, numbers) for row in rows)


def _alternative(row: Mapping[str, Any], numbers: Mapping[str, int]) -> Alternative:
    return Alternative(
        label=text(row, "label") or "unnamed suggestion",
        recommended=row.get("recommended") is True,
        checked=_CHECKED.get(text(row, "intent"), ""),
        passages=tuple(numbers[key] for key in _list(row, "cites") if key in numbers),
    )


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []
