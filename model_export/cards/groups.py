"""Scores of the groups of a table: what its optional column `group` names, beside the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from model_export.task import Score

Answer = TypeVar("Answer")


def of_groups(
    rows: Sequence[Mapping[str, str]], answers: Sequence[Answer], score: Callable[[list[Answer]], Score]
) -> Score:
    """{"groups": {name: score}} in the order of their names; nothing where no row is in a group."""
    groups: dict[str, list[Answer]] = {}
    for row, answer in zip(rows, answers, strict=True):
        if row.get("group"):
            groups.setdefault(row["group"], []).append(answer)
    return {"groups": {name: score(groups[name]) for name in sorted(groups)}} if groups else {}
