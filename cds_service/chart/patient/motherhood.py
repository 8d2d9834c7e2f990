"""Is she pregnant, in which week; does she breastfeed: yes, no, or not known, with the facts that say so.

The newest statement speaks. A pregnancy that began more than 43 weeks ago is over, whatever the list still says; a "not
pregnant" of more than 30 days ago says nothing about today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from cds_service.chart.measurements.stated import Stated
from cds_service.chart.model import Chart
from cds_service.chart.patient.physiology import age_of, problems_of
from cds_service.facts import Fact

State = Literal["yes", "no", "unknown"]

LONGEST = timedelta(weeks=43)
_TERM_DAYS, _AFTER_TERM = 280, timedelta(days=14)
_NO_IS_GOOD_FOR, _BREASTFEEDING_IS_GOOD_FOR = timedelta(days=30), timedelta(days=730)
YOUNGEST, OLDEST = 11, 55
_WEEKS = re.compile(r"\b(\d{1,2}) weeks gestation", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """`week`: completed weeks of gestation, None when not known."""

    state: State
    facts: tuple[Fact, ...] = ()
    week: int | None = None


@dataclass(frozen=True, slots=True)
class _Sign:
    state: State
    on: date | None
    fact: Fact
    week: int | None = None


def pregnancy(chart: Chart) -> Pregnancy:
    """What the chart says about pregnancy today."""
    if not _could_be(chart):
        return Pregnancy("no")
    signs = sorted(_signs(chart), key=lambda sign: sign.on or date.min, reverse=True)
    if not signs:
        barren = problems_of(chart, ("cannot-be-pregnant", "past:cannot-be-pregnant"))
        return Pregnancy("no", tuple(problem.fact() for _, problem in barren)) if barren else _UNKNOWN
    newest = signs[0]
    same = [sign for sign in signs if sign.state == newest.state]
    week = next((sign.week for sign in same if sign.week is not None), None)
    return Pregnancy(newest.state, tuple(sign.fact for sign in same), week)


_UNKNOWN = Pregnancy("unknown")


def breastfeeding(chart: Chart) -> Pregnancy:
    """The same three answers for breastfeeding; `week` is not used."""
    if not _could_be(chart):
        return Pregnancy("no")
    signs = [
        _Sign("yes" if one.answer == "yes" else "no", one.on, one.fact())
        for one in chart.stated.of("lactation-status")
        if one.answer != "unclear" and one.on and _within(chart, one.on, _BREASTFEEDING_IS_GOOD_FOR)
    ]
    for _, problem in problems_of(chart, ("breastfeeding",)):
        if problem.on is None or _within(chart, problem.on, _BREASTFEEDING_IS_GOOD_FOR):
            signs.append(_Sign("yes", problem.on, problem.fact()))
    if not signs:
        return _UNKNOWN
    newest = max(signs, key=lambda sign: sign.on or date.min)
    return Pregnancy(newest.state, (newest.fact,))


def _could_be(chart: Chart) -> bool:
    age = age_of(chart)
    return chart.patient.sex != "male" and (age is None or YOUNGEST <= age.years <= OLDEST)


def _within(chart: Chart, on: date, span: timedelta) -> bool:
    return chart.today - span <= on <= chart.today + timedelta(days=1)


def _signs(chart: Chart) -> Iterator[_Sign]:
    for one in (*chart.stated.of("pregnancy-status"), *chart.stated.of("pregnancy-test")):
        span = LONGEST if one.answer == "yes" else _NO_IS_GOOD_FOR
        if one.answer != "unclear" and one.on and _within(chart, one.on, span):
            yield _Sign("yes" if one.answer == "yes" else "no", one.on, one.fact())
    for one in chart.stated.of("delivery-date"):
        if one.day and chart.today - _AFTER_TERM <= one.day <= chart.today + timedelta(days=_TERM_DAYS):
            yield _Sign("yes", one.on, one.fact(), (_TERM_DAYS - (one.day - chart.today).days) // 7)
    for one in chart.stated.of("gestational-age"):
        sign = _by_gestational_age(chart, one)
        if sign:
            yield sign
    yield from _by_problems(chart)


def _by_gestational_age(chart: Chart, one: Stated) -> _Sign | None:
    per_day = {"wk": 7, "week": 7, "weeks": 7, "d": 1, "day": 1, "days": 1}.get(one.unit.lower())
    if one.value is None or one.on is None or per_day is None:
        return None
    days = one.value * per_day + (chart.today - one.on).days
    if not 0 < days <= LONGEST.days:
        return None
    return _Sign("yes", one.on, one.fact(), int(days // 7))


def _by_problems(chart: Chart) -> Iterator[_Sign]:
    for _, problem in problems_of(chart, ("pregnancy",)):
        if problem.on is None or _within(chart, problem.on, LONGEST):
            stated = _WEEKS.search(problem.label)
            sign = _Sign("yes", problem.on, problem.fact())
            if stated and problem.on:
                weeks = int(stated[1]) + (chart.today - problem.on).days // 7
                sign = replace(sign, week=weeks if weeks <= LONGEST.days // 7 else None)
            yield sign
    for _, problem in problems_of(chart, ("past:pregnancy",)):
        if problem.ended and _within(chart, problem.ended, LONGEST):
            yield _Sign("no", problem.ended, problem.fact())
    for _, problem in problems_of(chart, ("past:pregnancy-ended",)):
        if problem.on and _within(chart, problem.on, LONGEST):
            yield _Sign("no", problem.on, problem.fact())
