"""A control chart as plain geometry for SVG, with the same numbers as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.governance.control_charts import Chart

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 200, 56, 10, 14, 24


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    signal: bool


@dataclass(frozen=True, slots=True)
class Row:
    week: date
    value: str
    lower: str
    upper: str
    signals: str


@dataclass(frozen=True, slots=True)
class Plot:
    """`chart` None: too few points with enough cards; then nothing is drawn. `marks`: x and words of each change."""

    title: str
    chart: Chart | None
    centre: float = 0.0
    centre_words: str = ""
    dots: tuple[Dot, ...] = ()
    line: str = ""
    band: str = ""
    scale: tuple[tuple[float, str], ...] = ()
    weeks: tuple[tuple[float, str], ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    rows: tuple[Row, ...] = ()
    frozen: float = 0.0  # x where the baseline ends


def plot_of(
    title: str, unit: str, chart: Chart | None, starts: Sequence[date], changes: Sequence[tuple[date, str]]
) -> Plot:
    """`unit`: "percent" for shares from 0 to 1, "number" otherwise. `changes`: day and words of what changed."""
    if chart is None:
        return Plot(title, None)
    values = [point.value for point in chart.points if point.value is not None]
    top = max([*values, *(point.upper for point in chart.points if point.upper < 1e9), chart.centre]) * 1.05 or 1.0

    def y(value: float) -> float:
        return round(TOP + (1 - min(max(value / top, 0.0), 1.0)) * (HEIGHT - TOP - BOTTOM), 1)

    xs = [_x(at, len(starts)) for at in range(len(starts))]
    placed = list(zip(xs, chart.points, strict=True))
    dots = tuple(Dot(x, y(p.value), bool(p.signals)) for x, p in placed if p.value is not None)
    upper, lower = [(x, y(p.upper)) for x, p in placed], [(x, y(p.lower)) for x, p in placed]
    return Plot(
        title=title,
        chart=chart,
        centre=y(chart.centre),
        centre_words=_words(chart.centre, unit),
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        band=" ".join(f"{a},{b}" for a, b in [*upper, *reversed(lower)]),
        scale=tuple((y(top * part), _words(top * part, unit)) for part in (0, 0.5, 1)),
        weeks=tuple(
            (xs[at], f"{starts[at].day} {starts[at]:%b}") for at in range(0, len(starts), max(len(starts) // 6, 1))
        ),
        marks=tuple((xs[at], words) for day, words in changes if (at := _week(day, starts)) is not None),
        rows=tuple(
            Row(
                start,
                "too few" if point.value is None else _words(point.value, unit),
                _words(point.lower, unit),
                _words(point.upper, unit),
                "; ".join(point.signals),
            )
            for start, point in zip(starts, chart.points, strict=True)
        ),
        frozen=xs[min(chart.baseline, len(xs)) - 1],
    )


def _x(at: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / max(count, 1), 1)


def _week(day: date, starts: Sequence[date]) -> int | None:
    return next((at for at, start in enumerate(starts) if start <= day < start + timedelta(days=7)), None)


def _words(value: float, unit: str) -> str:
    return f"{value * 100:.1f} %" if unit == "percent" else f"{value:.1f}"
