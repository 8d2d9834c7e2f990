"""The patient's medicines and measurements on one line of time: where each bar and point lies, as plain geometry.

The page draws it as SVG without script, and puts the same data into a table beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from smart_app.chart.series import Series
from smart_app.wording import items, members, text

WIDTH, LEFT, ROW, LAB = 760, 170, 22, 46
MOST_SERIES, LONGEST_DAYS, LEAST_DAYS = 6, 730, 30
_ENDED = frozenset({"stopped", "completed", "cancelled", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Medicine:
    """`end` None: no end is on record. `start` None: no day is on record, and the bar begins at the left edge."""

    name: str
    status: str
    start: date | None
    end: date | None
    reference: str
    concerns: bool  # a card of this patient points at it


@dataclass(frozen=True, slots=True)
class Bar:
    medicine: Medicine
    x: float
    width: float
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    series: Series
    y: int
    points: str
    dots: tuple[tuple[float, float], ...]
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two medicines that a card speaks of, taken at the same time."""

    names: tuple[str, str]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    height: int
    ticks: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    overlaps: tuple[Overlap, ...]


def medicines_of(requests: Iterable[Mapping[str, Any]], pointed_at: Collection[str]) -> tuple[Medicine, ...]:
    """FHIR MedicationRequests, those of open concerns first. `pointed_at`: references that the cards' facts name."""
    made = []
    for one in requests:
        if text(one, "status") == "entered-in-error" or one.get("doNotPerform") is True:
            continue
        reference = f"MedicationRequest/{one.get('id')}"
        validity = members(members(one, "dispenseRequest"), "validityPeriod")
        ended = text(one, "status") in _ENDED
        end = _date(validity.get("end")) or (_date(members(one, "meta").get("lastUpdated")) if ended else None)
        start = _date(one.get("authoredOn")) or _date(validity.get("start"))
        made.append(
            Medicine(_name(one), text(one, "status") or "no status", start, end, reference, reference in pointed_at)
        )
    return tuple(sorted(made, key=lambda m: (not m.concerns, m.status in _ENDED, m.name.lower())))


def timeline_of(medicines: Sequence[Medicine], series: Sequence[Series], today: date) -> Timeline:
    """At most two years back; older starts are cut at the left edge, and the table has their day."""
    shown = series[:MOST_SERIES]
    days = [m.start for m in medicines if m.start] + [point.on for one in shown for point in one.points]
    first = max(min(days, default=today), today - timedelta(days=LONGEST_DAYS))
    first = min(first, today - timedelta(days=LEAST_DAYS))
    scale = (WIDTH - LEFT - 10) / max((today - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + min(max((day - first).days, 0), (today - first).days) * scale, 1)

    bars = tuple(_bar(medicine, row, x, today) for row, medicine in enumerate(medicines))
    top = 24 + len(bars) * ROW
    lines = tuple(_line(one, top + row * LAB, x) for row, one in enumerate(shown))
    return Timeline(top + len(lines) * LAB + 6, _ticks(first, today, x), bars, lines, overlaps_of(medicines))


def overlaps_of(medicines: Sequence[Medicine]) -> tuple[Overlap, ...]:
    """Pairs among the medicines that cards speak of, whose times touch. An unknown start or end counts as open."""
    found = []
    for one, other in combinations([m for m in medicines if m.concerns], 2):
        since = max((day for day in (one.start, other.start) if day), default=None)
        until = min((day for day in (one.end, other.end) if day), default=None)
        if one.name != other.name and (since is None or until is None or since <= until):
            found.append(Overlap((one.name, other.name), since, until))
    return tuple(found)


def _bar(medicine: Medicine, row: int, x: Any, today: date) -> Bar:
    left = x(medicine.start) if medicine.start else float(LEFT)
    right = x(medicine.end or today)
    return Bar(medicine, left, max(right - left, 3.0), 24 + row * ROW)


def _line(series: Series, y: int, x: Any) -> Line:
    values = [point.value for point in series.points]
    least, most = min(values), max(values)
    height, span = LAB - 18, (most - least) or 1
    dots = tuple((x(p.on), round(y + 6 + height - (p.value - least) / span * height, 1)) for p in series.points)
    return Line(series, y, " ".join(f"{a},{b}" for a, b in dots), dots, f"{least:g}", f"{most:g}")


def _ticks(first: date, today: date, x: Any) -> tuple[tuple[float, str], ...]:
    steps = 4
    span = (today - first).days
    marks = [first + timedelta(days=round(span * step / steps)) for step in range(steps + 1)]
    return tuple((x(day), f"{day.day} {day:%b %Y}") for day in marks)


def _name(request: Mapping[str, Any]) -> str:
    concept = members(request, "medicationCodeableConcept")
    display = next((text(coding, "display") for coding in items(concept, "coding") if text(coding, "display")), "")
    return text(concept, "text") or display or text(members(request, "medicationReference"), "display") or "unnamed"


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
