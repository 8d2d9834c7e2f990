"""Model cards beside the weights: what each model is for, what it rests on, how it was measured, its source attributes.

`model_export card` writes them. A site's own weights may come with cards in a folder `cards` of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

# Headings of a card's measured tables, in the order to show.
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
# What is compared, from doing without the model to the model.
WAYS = ("lexicon alone", "nearest spelling", "search alone", "BM25 alone", "the model alone", "with the model")
MEASURES = ("n", "exact", "abstained", "wrong", "accepted_non_drugs", "ndcg_at_10", "mrr_at_10", "first", "mrr")


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of a table in the order to show: what names a row first, then its numbers."""
    columns = sorted({column for row in rows for column in row}, key=_measure)
    return sorted(columns, key=lambda column: not any(isinstance(row.get(column), str) for row in rows))


def named(scores: Mapping[str, Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Scores by the name of what was measured, as the rows of one table: set by set, the model last."""
    return [{"measured": name, **measures(scores[name])} for name in sorted(scores, key=_set_and_way)]


def measures(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Numbers in the order to show: of how many first, then what is asked of the model."""
    return {name: found[name] for name in sorted(found, key=_measure)}


def tables_of(card: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The measured tables of a card that have rows, in the order of their headings."""
    tables = card.get("tables") or {}
    return {name: tables[name] for name in (*TITLES, *sorted(tables.keys() - TITLES)) if tables.get(name)}


def _set_and_way(name: str) -> tuple[str, int]:
    measured, _, way = name.rpartition(", ")
    return (measured, WAYS.index(way)) if way in WAYS else (name, -1)


def _measure(name: str) -> tuple[int, str]:
    return (MEASURES.index(name) if name in MEASURES else len(MEASURES)), name


@cache
def read_cards(folder: Path = CARDS) -> Mapping[str, Mapping[str, Any]]:
    """Every card of a folder by its model's name, read once; none when the folder is not there."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
