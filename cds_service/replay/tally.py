"""What was counted: tables of whole numbers, a bounded sample, and cost. Tallies add up in any order.

A count's key is the table's name and then its columns, all text. `sampled` holds for each class of cards those with the
smallest keys: the keys are digests, so this is a random sample, and the same one however the work was divided.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

MOST_PLACES = 100
Key = tuple[str, ...]
Row = dict[str, Any]


@dataclass
class Tally:
    """`places` are the first of those where something could not be read or answered, with the reason."""

    counts: Counter[Key] = field(default_factory=Counter)
    cost: Counter[Key] = field(default_factory=Counter)
    sampled: dict[str, list[tuple[str, Row]]] = field(default_factory=dict)
    places: list[tuple[str, str]] = field(default_factory=list)

    def count(self, table: str, *columns: str, times: int = 1) -> None:
        self.counts[table, *columns] += times

    def place(self, where: str, why: str) -> None:
        self.places = sorted({*self.places, (where, why)})[:MOST_PLACES]

    def sample(self, kind: str, key: str, row: Row, most: int) -> None:
        self.sampled[kind] = heapq.nsmallest(most, [*self.sampled.get(kind, ()), (key, row)], key=_key)

    def table(self, name: str) -> Iterator[tuple[Key, int]]:
        """(columns, count) of a table, in the order of the columns."""
        yield from sorted((key[1:], count) for key, count in self.counts.items() if key[0] == name and count)

    def total(self, *begins: str) -> int:
        """The sum of the counts whose keys begin so."""
        return sum(count for key, count in self.counts.items() if key[: len(begins)] == begins)

    def add(self, other: Self, most: int) -> None:
        """Take another in; `most` is the size of a class's sample."""
        self.counts.update(other.counts)
        self.cost.update(other.cost)
        self.places = sorted({*self.places, *other.places})[:MOST_PLACES]
        for kind, rows in other.sampled.items():
            self.sampled[kind] = heapq.nsmallest(most, [*self.sampled.get(kind, ()), *rows], key=_key)

    def save(self, path: Path) -> None:
        """Leave it in a file of mode 0600, whole or not at all: what is there was done."""
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(
            orjson.dumps(
                {
                    "counts": sorted(self.counts.items()),
                    "cost": sorted(self.cost.items()),
                    "sampled": self.sampled,
                    "places": self.places,
                }
            )
        )
        unfinished.replace(path)

    @classmethod
    def saved(cls, path: Path) -> Self:
        read = orjson.loads(path.read_bytes())
        return cls(
            Counter({tuple(key): count for key, count in read["counts"]}),
            Counter({tuple(key): count for key, count in read["cost"]}),
            {kind: [(key, row) for key, row in rows] for kind, rows in read["sampled"].items()},
            [(where, why) for where, why in read["places"]],
        )


def _key(pair: tuple[str, Row]) -> str:
    return pair[0]
