"""Model cards beside the weights: what each model is for, what it rests on, how it was measured, its source attributes.

`model_export card` writes them. A site's own weights may come with cards in a folder `cards` of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

# Headings of a card's measured tables.
TITLES = {
    "left_out": "Leave one family out: texts of one kind, by the network and by one fitted without that kind",
    "reliability": "Calibration: the probability that was said, and the share that was right",
    "subgroups": "Subgroups",
    "errors": "Errors: all that was read wrong in the same texts",
    "came_first": "Errors: what came first and does not answer the question, over the development set",
    "near_enough": "Calibration: the share of questions that are called found, by the likeness from which they are",
    "unseen": "What was kept from the training: how often the right passage comes first, and its mean reciprocal rank",
    "held_out": "Subgroups of topics that were kept from the training, in phrasings written apart",
    "stands_above": "Errors: how often a wrong passage stands above the right one, by what is wrong with it",
}
CARDS = Path(__file__).with_name("cards")


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of a table in the order to show: what names a row first, then its numbers."""
    columns = sorted({column for row in rows for column in row})
    return sorted(columns, key=lambda column: not any(isinstance(row.get(column), str) for row in rows))


def named(scores: Mapping[str, Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Scores by the name of what was measured, as the rows of one table."""
    return [{"measured": name, **found} for name, found in scores.items()]


@cache
def read_cards(folder: Path = CARDS) -> Mapping[str, Mapping[str, Any]]:
    """Every card of a folder by its model's name, read once; none when the folder is not there."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
