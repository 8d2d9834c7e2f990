"""A control chart as the rows of its table. The page's script draws the picture from that table alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, product
from string import ascii_uppercase
from typing import Literal

from cds_service.governance.control_charts import Chart, Point

Unit = Literal["percent", "number"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as a reader sees it and as the script draws it, no finer; `plain` is empty where there is none."""

    words: str
    plain: str


@dataclass(frozen=True, slots=True)
class Row:
    """One week. `signals` are the numbers of the rules that it sets off, `change` what became different in it, and
    `mark` the letters by which the picture and the words below it name that change."""

    week: date
    value: Cell
    lower: Cell
    upper: Cell
    signals: tuple[int, ...]
    change: str
    in_baseline: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """`chart` None: too few points with enough cards; nothing is drawn. `rules`: those that were set off, by number."""

    title: str
    unit: Unit
    chart: Chart | None
    centre: Cell = Cell("", "")
    rows: tuple[Row, ...] = ()
    rules: Mapping[int, str] | None = None


def plot_of(
    title: str, unit: Unit, chart: Chart | None, starts: Sequence[date], changes: Sequence[tuple[date, str]]
) -> Plot:
    """`unit`: "percent" for shares from 0 to 1, "number" otherwise. `changes`: day and words of what changed.

    What the first week brings is no change: the chart knows nothing from before it.
    """
    if chart is None:
        return Plot(title, unit, None)
    changes = [(day, words) for day, words in changes if day >= starts[0] + timedelta(days=7)]
    names = list(dict.fromkeys(name for point in chart.points for name in point.signals))
    weeks = list(zip(starts, chart.points, _in_baseline(chart), strict=True))
    rows = (_row(start, point, unit, chart.kind, names, changes, first) for start, point, first in weeks)
    return Plot(title, unit, chart, _cell(chart.centre, unit), tuple(_marked(rows)), dict(enumerate(names, start=1)))


def _row(
    start: date,
    point: Point,
    unit: Unit,
    kind: str,
    names: Sequence[str],
    changes: Sequence[tuple[date, str]],
    in_baseline: bool,
) -> Row:
    within = (words for day, words in changes if start <= day < start + timedelta(days=7))
    bounded = point.value is not None or kind == "XmR"  # limits of shares follow from what they are shares of
    return Row(
        week=start,
        value=_cell(point.value, unit),
        lower=_cell(point.lower if bounded else None, unit, "none"),
        upper=_cell(point.upper if bounded else None, unit, "none"),
        signals=tuple(names.index(name) + 1 for name in point.signals),
        change="; ".join(within),
        in_baseline=in_baseline,
    )


def _marked(rows: Iterable[Row]) -> Iterator[Row]:
    letters = _letters()
    return (replace(row, mark=next(letters)) if row.change else row for row in rows)


def _letters() -> Iterator[str]:
    """A to Z, AA to ZZ, and on: no two changes of a chart share a mark."""
    return ("".join(letters) for length in count(1) for letters in product(ascii_uppercase, repeat=length))


def _in_baseline(chart: Chart) -> list[bool]:
    """Which points the limits are made from: the first that have a value, as many as the chart says."""
    left, found = chart.baseline, []
    for point in chart.points:
        found.append(left > 0)
        left -= point.value is not None
    return found


def _cell(value: float | None, unit: Unit, absent: str = "too few") -> Cell:
    if value is None:
        return Cell(absent, "")
    return Cell(f"{value * 100:.1f} %", f"{value:.3f}") if unit == "percent" else Cell(f"{value:.1f}", f"{value:.1f}")
