"""What rows ask of the patient: age, conditions, an acute rise of creatinine.

Unknown, no and yes are three things: each answer carries the facts that it rests on, or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cds_service.chart.dates import age_in_years
from cds_service.chart.measurements.measured import Measurement
from cds_service.chart.measurements.reading import figure
from cds_service.chart.model import BEFORE_ALL, Chart
from cds_service.chart.problems.problem import Problem
from cds_service.facts import Fact, Origin
from cds_service.terminology.counting import counted

PAST = "past:"
_TWO_YEARS = 2 * 365
# KDIGO 2012: a rise by 0.3 mg/dL within 48 hours, or to 1.5 times within 7 days.
RISE_MG_DL, RISE_WITHIN, RISE_TIMES, RISE_TIMES_WITHIN = 0.3, timedelta(hours=48), 1.5, timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Age:
    """Completed days and years of life; `words` in the unit that is usual at that age."""

    days: int
    years: int
    words: str


def age_of(chart: Chart) -> Age | None:
    """None when the birth date is not known or cannot be right."""
    born = chart.patient.born
    years = age_in_years(born, chart.today) if born else None
    if born is None or years is None:
        return None
    days = (chart.today - born).days
    if days < 60:
        words = counted(days, "day")
    elif days < _TWO_YEARS:
        words = counted(days * 12 // 365, "month")
    else:
        words = counted(years, "year")
    return Age(days, years, words)


def age_fact(chart: Chart, age: Age) -> Fact:
    return Fact("Age", age.words, Origin("coded", chart.patient.reference))


def problems_of(chart: Chart, keys: Iterable[str]) -> tuple[tuple[str, Problem], ...]:
    """(key, entry) of each problem that means one of these value sets now, or, for `past:KEY`, did once."""
    wanted = tuple((key, key.removeprefix(PAST), key.startswith(PAST)) for key in keys)
    return tuple(
        (name, problem)
        for _, name, past in wanted
        for problem in chart.problems.items
        if name in problem.conditions or (past and name in problem.past_conditions)
    )


@dataclass(frozen=True, slots=True)
class Rise:
    """An acute rise of creatinine: from the lower to the newest value."""

    before: Measurement
    now: Measurement

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.now.fact("acute rise: estimates of kidney function lag behind"), self.before.fact()

    @property
    def words(self) -> str:
        return f"creatinine {figure(self.before.value or 0)} to {figure(self.now.value or 0)} {self.now.unit}"


def creatinine_rise(chart: Chart, max_age_days: int) -> Rise | None:
    """The newest creatinine against those of the two and the seven days before it; None when it has not risen."""
    usable = [one for one in (*chart.labs.of("creatinine"), *chart.vitals.of("creatinine")) if one.value and one.at]
    now = max(usable, key=lambda one: one.at or BEFORE_ALL, default=None)
    if now is None or now.value is None or now.at is None or now.at > chart.now + timedelta(days=1):
        return None
    if chart.now - now.at > timedelta(days=max_age_days):
        return None
    apart = [(now.at - one.at, one) for one in usable if one.at]
    earlier = [(time, one) for time, one in apart if timedelta(0) < time <= RISE_TIMES_WITHIN]
    for time, before in sorted(earlier, key=lambda one: one[1].value or 0.0):
        if _has_risen(before.value or 0.0, now.value, time):
            return Rise(before, now)
    return None


def _has_risen(before: float, now: float, apart: timedelta) -> bool:
    by_step = apart <= RISE_WITHIN and round(now - before, 3) >= RISE_MG_DL
    return by_step or round(now / before, 3) >= RISE_TIMES
