"""Control charts: is what changed more than chance? Pure functions on counts and values.

Laney p' and u' widen the limits of p and u charts by the variation between subgroups that sampling does not explain:
with thousands of cards a week, ordinary p limits call nearly every point a signal.

Sources: Laney DB. Improved control charts for attributes. Quality Engineering 2002;14:531-537 (p' and u').
Montgomery DC. Introduction to Statistical Quality Control (XmR: limits at mean +- 2.66 x mean moving range; p and u
charts; Western Electric rules). Provost LP, Murray SK. The Health Care Data Guide (shift of eight, trend of six).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

D2 = 1.128  # expected range of two normal values, in standard deviations
SHIFT, TREND = 8, 6
LEAST_BASELINE = 8  # points from which limits mean anything


@dataclass(frozen=True, slots=True)
class Point:
    """One subgroup. `value` None: nothing to divide by. `signals`: names of the rules that it sets off."""

    value: float | None
    lower: float
    upper: float
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """`sigma_z`: Laney's factor, 1 = no more variation than sampling explains. `baseline`: points behind the limits."""

    kind: str
    centre: float
    sigma_z: float
    baseline: int
    points: tuple[Point, ...]


def laney_p(counts: Sequence[int], sizes: Sequence[int], baseline: int | None = None) -> Chart | None:
    """Laney p': shares of `counts` in `sizes`. `baseline`: how many first points make the limits, frozen from then on.

    None when fewer than LEAST_BASELINE points of the baseline have a size. ValueError: counts do not fit sizes.
    """
    if len(counts) != len(sizes) or any(not 0 <= c <= n for c, n in zip(counts, sizes, strict=True)):
        raise ValueError("each count must lie between 0 and its size")
    return _laney("p'", counts, sizes, baseline, lambda centre, n: math.sqrt(centre * (1 - centre) / n), most=1.0)


def laney_u(counts: Sequence[int], sizes: Sequence[float], baseline: int | None = None) -> Chart | None:
    """Laney u': events per unit of `sizes` (cards per 100 orders: sizes in hundreds). As `laney_p` otherwise."""
    if len(counts) != len(sizes) or any(c < 0 or n < 0 for c, n in zip(counts, sizes, strict=True)):
        raise ValueError("counts and sizes must not be negative")
    return _laney("u'", counts, sizes, baseline, lambda centre, n: math.sqrt(centre / n), most=math.inf)


def xmr(values: Sequence[float | None], baseline: int | None = None) -> Chart | None:
    """Individual values with limits at mean +- 2.66 x mean moving range of the baseline; None as in `laney_p`."""
    known = [value for value in values[:baseline] if value is not None]
    if len(known) < LEAST_BASELINE:
        return None
    centre = sum(known) / len(known)
    width = 3 * _mean_range(known) / D2
    points = [Point(value, centre - width, centre + width) for value in values]
    return Chart("XmR", centre, 1.0, len(known), _with_signals(points, centre, [width / 3] * len(points)))


def _laney(
    kind: str, counts: Sequence[int], sizes: Sequence[float], baseline: int | None, sampling: object, most: float
) -> Chart | None:
    first = [(c, n) for c, n in zip(counts[:baseline], sizes[:baseline], strict=True) if n]
    if len(first) < LEAST_BASELINE:
        return None
    centre = sum(c for c, _ in first) / sum(n for _, n in first)
    deviation = [sampling(centre, n) if n else 0.0 for n in sizes]  # type: ignore[operator]
    z = [(c / n - centre) / sampling(centre, n) for c, n in first if sampling(centre, n)]  # type: ignore[operator]
    sigma_z = _mean_range(z) / D2 if len(z) > 1 else 1.0
    points = [
        Point(c / n if n else None, max(centre - 3 * d * sigma_z, 0.0), min(centre + 3 * d * sigma_z, most))
        for c, n, d in zip(counts, sizes, deviation, strict=True)
    ]
    return Chart(kind, centre, sigma_z, len(first), _with_signals(points, centre, [d * sigma_z for d in deviation]))


def _mean_range(values: Sequence[float]) -> float:
    return sum(abs(b - a) for a, b in pairwise(values)) / (len(values) - 1)


def _with_signals(points: Sequence[Point], centre: float, sigmas: Sequence[float]) -> tuple[Point, ...]:
    values = [point.value for point in points]
    return tuple(
        Point(point.value, point.lower, point.upper, tuple(_signals(values[: at + 1], point, centre, sigmas[: at + 1])))
        for at, point in enumerate(points)
    )


def _signals(values: Sequence[float | None], point: Point, centre: float, sigmas: Sequence[float]) -> list[str]:
    """The rules that the last of `values` sets off. A point without a value sets off none."""
    known = [(value, sigma) for value, sigma in zip(values, sigmas, strict=True) if value is not None]
    if point.value is None:
        return []
    found = []
    if not point.lower <= point.value <= point.upper:
        found.append("beyond the limits")
    sides = [(value > centre) - (value < centre) for value, _ in known]
    if len(sides) >= SHIFT and abs(sum(sides[-SHIFT:])) == SHIFT:
        found.append(f"shift: {SHIFT} in a row on one side")
    steps = [(b > a) - (b < a) for (a, _), (b, _) in pairwise(known)]
    if len(steps) >= TREND - 1 and abs(sum(steps[-(TREND - 1) :])) == TREND - 1:
        found.append(f"trend: {TREND} in a row rising or falling")
    far = [side if abs(value - centre) > 2 * sigma else 0 for side, (value, sigma) in zip(sides, known, strict=True)]
    if far[-1] and far[-3:].count(far[-1]) >= 2:
        found.append("two of three beyond two sigma")
    return found
