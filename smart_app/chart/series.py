"""Measurements over time: FHIR Observations -> one series for each kind and unit, and its picture as plain SVG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from smart_app.wording import items, members, text

_DONE = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class Point:
    on: date
    value: float
    reference: str


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of measurement in one unit, oldest first. Values in another unit are a series of their own."""

    code: str
    name: str
    unit: str
    points: tuple[Point, ...]

    @property
    def newest(self) -> Point:
        return self.points[-1]


def series_of(observations: Iterable[Mapping[str, Any]]) -> tuple[Series, ...]:
    """Only finished results with a number, a unit and a day; ranges ("<5") and texts are no points of a line."""
    found: dict[tuple[str, str], tuple[str, list[Point]]] = {}
    for one in observations:
        quantity, on = members(one, "valueQuantity"), _day(one)
        value, unit = quantity.get("value"), text(quantity, "unit") or text(quantity, "code")
        if text(one, "status") not in _DONE or on is None or quantity.get("comparator") or isinstance(value, bool):
            continue
        if not isinstance(value, int | float) or not unit:
            continue
        code, name = _named(members(one, "code"))
        points = found.setdefault((code or name, unit), (name, []))[1]
        points.append(Point(on, float(value), f"Observation/{one.get('id')}"))
    made = (
        Series(code, name, unit, tuple(sorted(points, key=lambda point: point.on)))
        for (code, unit), (name, points) in found.items()
    )
    return tuple(sorted(made, key=lambda one: (-len(one.points), one.name.lower())))


def containing(series: Iterable[Series], reference: str) -> Series | None:
    """The series that a fact's resource belongs to."""
    return next((one for one in series if any(point.reference == reference for point in one.points)), None)


def sparkline(series: Series | None, width: int = 120, height: int = 28) -> str:
    """The values of a series as a small SVG line with its last point marked; empty when one value makes no line.

    The colour reads on light and on dark.
    """
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    if series is None or len(series.points) < 2:
        return f"{head}</svg>"
    days = [point.on.toordinal() for point in series.points]
    values = [point.value for point in series.points]
    xs, ys = _scaled(days, 4, width - 5), [height - y for y in _scaled(values, 4, height - 5)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return (
        f'{head}<polyline points="{line}" fill="none" stroke="#3d8296" stroke-width="1.6"/>'
        f'<circle cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="3" fill="#3d8296"/></svg>'
    )


def _scaled(values: list[Any], low: float, high: float) -> list[float]:
    least, most = min(values), max(values)
    if most == least:
        return [(low + high) / 2 for _ in values]
    return [low + (value - least) / (most - least) * (high - low) for value in values]


def _named(concept: Mapping[str, Any]) -> tuple[str, str]:
    codings = items(concept, "coding")
    code = next((text(coding, "code") for coding in codings if text(coding, "system") == "http://loinc.org"), "")
    display = next((text(coding, "display") for coding in codings if text(coding, "display")), "")
    return code, text(concept, "text") or display or code or "unnamed measurement"


def _day(observation: Mapping[str, Any]) -> date | None:
    stated = text(observation, "effectiveDateTime") or text(members(observation, "effectivePeriod"), "end")
    try:
        return date.fromisoformat(stated[:10])
    except ValueError:
        return None
