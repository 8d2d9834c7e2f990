"""Which counts of the quality page may be shown: none from 1 to 10, and none that gives such a count away.

A reader has every page at hand: each period, with and without each filter. So a count is hidden too when the
difference to a wider page is small (a longer period, a filter less), when a filter names a group that a table hides,
and when another table hides the same cards. Of the parts of a known total never one alone is hidden. What a reader
keeps from one week to the next is beyond this.

Practice: CMS cell size suppression policy (no cell of 1 to 10, nor one from which it can be derived).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from cds_service.governance.measures import LEAST_CELL, Line, Sent, by, hide_small, monday

OUTCOMES = ("accepted", "overridden", "")


@dataclass(frozen=True)
class Asked:
    """What a page is narrowed to: rows from day `first` on, and one value for each dimension of `only`."""

    first: date
    only: Mapping[str, str]

    def keeps(self, row: Sent) -> bool:
        return row.day >= self.first and all(
            (getattr(row, name) or "not recorded") == value for name, value in self.only.items()
        )

    def also(self, dimension: str, group: str) -> Asked:
        return replace(self, only={**self.only, dimension: group})

    def without(self, dimension: str) -> Asked:
        return replace(self, only={name: value for name, value in self.only.items() if name != dimension})


def is_small(count: int) -> bool:
    return 0 < count < LEAST_CELL


class Disclosure:
    """What may be said of `rows`, which hold the longest period; `firsts` are the first days of all periods."""

    def __init__(self, rows: Sequence[Sent], firsts: Sequence[date]) -> None:
        self._days = rows
        self._firsts = firsts
        self._rows = _merged(rows, firsts)
        self._counts: dict[tuple[date, frozenset[tuple[str, str]]], Counter[str]] = {}

    def table(self, asked: Asked, dimension: str) -> list[Line]:
        """The groups of one dimension, most cards first; small counts and what tells of them hidden."""
        lines = by((row for row in self._rows if asked.keeps(row)), dimension)
        if self.is_closed(asked):
            return [Line(line.group, None, None, None, None) for line in lines]
        telling = {line.group for line in lines if self._tells(asked.also(dimension, line.group), dimension)}
        hidden_lines = {line.group for line in hide_small(lines, telling) if line.hidden}
        cells = {line.group: asked.also(dimension, line.group) for line in lines}
        counts = {group: self._of(cell) for group, cell in cells.items()}
        hidden = {
            group: set(OUTCOMES) if group in hidden_lines else self._hidden_parts(cell) for group, cell in cells.items()
        }
        _complete_columns(counts, hidden)
        return [
            Line(line.group, None if line.group in hidden_lines else line.sent, *_shown(counts, hidden, line.group))
            for line in lines
        ]

    def is_closed(self, asked: Asked) -> bool:
        """True when the page as a whole is a cell that another page hides."""
        return bool(asked.only) and (
            is_small(self._sent(asked))
            or any(is_small(gap) for gap in self._gaps(asked))
            or any(self._hides(asked.without(name), name, value) for name, value in asked.only.items())
        )

    def weeks(self, asked: Asked) -> set[date]:
        """Mondays of the weeks whose cards may stand in a chart of this page."""
        if self.is_closed(asked):
            return set()
        own = self._by_week(asked)
        wider = [self._by_week(page) for page in self._wider(asked) if page.first == asked.first]
        return {
            week
            for week, count in own.items()
            if count >= LEAST_CELL and not any(is_small(page[week] - count) for page in wider)
        }

    def _tells(self, cell: Asked, dimension: str) -> bool:
        """True when a wider page, or another table with the same cards, would give a small count away."""
        elsewhere = (name for name in cell.only if name != dimension)
        return any(is_small(gap) for gap in self._gaps(cell)) or any(
            self._hides(cell.without(name), name, cell.only[name]) for name in elsewhere
        )

    def _hides(self, page: Asked, dimension: str, group: str) -> bool:
        lines = by((row for row in self._rows if page.keeps(row)), dimension)
        return any(line.hidden for line in hide_small(lines) if line.group == group)

    def _hidden_parts(self, cell: Asked) -> set[str]:
        """Outcomes of one line that are small, or small in what a wider page has beyond them."""
        counts, wider = self._of(cell), [self._of(page) for page in self._wider(cell)]
        hidden = {
            last
            for last in OUTCOMES
            if is_small(counts[last]) or any(is_small(page[last] - counts[last]) for page in wider)
        }
        _complete_row(counts, hidden)
        return hidden

    def _gaps(self, cell: Asked) -> Iterator[int]:
        """What each wider page has beyond this cell."""
        own = self._sent(cell)
        yield from (self._sent(page) - own for page in self._wider(cell))

    def _wider(self, cell: Asked) -> Iterator[Asked]:
        """Every page that holds this one: of the same or a longer period, with the same filters or fewer."""
        names = sorted(cell.only)
        kept = [dict(some) for size in range(len(names) + 1) for some in combinations(sorted(cell.only.items()), size)]
        for first in self._firsts:
            if first <= cell.first:
                yield from (Asked(first, only) for only in kept if (first, len(only)) != (cell.first, len(names)))

    def _sent(self, cell: Asked) -> int:
        return sum(self._of(cell).values())

    def _of(self, cell: Asked) -> Counter[str]:
        key = (cell.first, frozenset(cell.only.items()))
        if key not in self._counts:
            counted: Counter[str] = Counter()
            for row in self._rows:
                if cell.keeps(row):
                    counted[row.last if row.last in OUTCOMES else ""] += row.cards
            self._counts[key] = counted
        return self._counts[key]

    def _by_week(self, page: Asked) -> Counter[date]:
        counted: Counter[date] = Counter()
        for row in self._days:
            if page.keeps(row):
                counted[monday(row.day)] += row.cards
        return counted


def _complete_row(counts: Mapping[str, int], hidden: set[str]) -> None:
    """Hide further outcomes of a line until its known sum tells nothing small of those that are hidden."""
    rest = sorted((last for last in OUTCOMES if last not in hidden), key=counts.__getitem__)
    while hidden and rest and (len(hidden) == 1 or sum(counts[last] for last in hidden) < LEAST_CELL):
        hidden.add(rest.pop(0))


def _complete_columns(counts: Mapping[str, Mapping[str, int]], hidden: Mapping[str, set[str]]) -> None:
    """Hide further cells until the sum of no column tells: another table may show what the column adds up to."""
    telling = True
    while telling:
        telling = False
        for last in OUTCOMES:
            inside = [group for group in counts if last in hidden[group] and counts[group][last]]
            rest = sorted(
                (group for group in counts if last not in hidden[group] and counts[group][last]),
                key=lambda group, last=last: counts[group][last],  # type: ignore[misc]
            )
            if rest and (is_small(sum(counts[group][last] for group in inside)) or len(inside) == 1):
                hidden[rest[0]].add(last)
                _complete_row(counts[rest[0]], hidden[rest[0]])
                telling = True


def _shown(counts: Mapping[str, Mapping[str, int]], hidden: Mapping[str, set[str]], group: str) -> Iterator[int | None]:
    return (None if last in hidden[group] else counts[group][last] for last in OUTCOMES)


def _merged(rows: Sequence[Sent], firsts: Sequence[date]) -> list[Sent]:
    """Rows that no page tells apart, as one: a year of days is three periods."""
    counted: Counter[Sent] = Counter()
    for row in rows:
        begun = max((first for first in firsts if first <= row.day), default=row.day)
        counted[replace(row, day=begun, cards=0, at_signing=False)] += row.cards
    return [replace(row, cards=cards) for row, cards in counted.items()]


def listed(counts: Mapping[str, int], wider: Sequence[Mapping[str, int]]) -> dict[str, int | None]:
    """A list of counts with a known total, such as reasons of overrides; `wider`: the same over longer periods."""
    lines = [Line(name, count, 0, 0, count) for name, count in counts.items()]
    telling = {name for name, count in counts.items() if any(is_small(longer.get(name, 0) - count) for longer in wider)}
    return {line.group: line.sent for line in hide_small(lines, telling)}
