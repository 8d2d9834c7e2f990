"""The newest result of a kind, and why it must not be used: stale, undated and unreadable ones are shown, not used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.chart.measurements.measured import Measurement
from cds_service.chart.model import Chart
from cds_service.facts import Fact
from cds_service.terminology.counting import counted
from cds_service.terminology.observables import OBSERVABLES


@dataclass(frozen=True, slots=True)
class Latest:
    """`value` is None when there is none to use; `reason` then says why, and `fact` shows what was passed over."""

    value: float | None
    fact: Fact | None = None
    reason: str = ""
    found: Measurement | None = None


def latest(chart: Chart, kind: str, max_age_days: int) -> Latest:
    """The newest measurement of a kind, when it is at most `max_age_days` days old and readable."""
    label, found = OBSERVABLES[kind].label, chart.latest(kind)
    if found is None:
        return Latest(None, reason=_nothing(chart, label))
    problem = unusable(found.on, chart.today, max_age_days)
    if problem:
        reason = f"the last {label} ({day_words(found.on)}) {problem}"
        return Latest(None, found.fact(f"{problem}, not used"), reason, found)
    if found.value is None:
        return Latest(None, found.fact(), f"{label} of {day_words(found.on)}: {found.problem}", found)
    return Latest(found.value, found.fact(), found=found)


def unusable(on: date | None, today: date, max_age_days: int) -> str:
    """Why its day forbids to use it; empty when it does not. Clocks may differ by a day."""
    if on is None:
        return "has no date"
    if on > today + timedelta(days=1):
        return "is dated in the future: check date"
    return f"is older than {counted(max_age_days, 'day')}" if today - on > timedelta(days=max_age_days) else ""


def day_words(on: date | None) -> str:
    return on.isoformat() if on else "no date"


def _nothing(chart: Chart, label: str) -> str:
    said = {"absent": f"laboratory results were not supplied, so {label} is not known", "failed": "could not be read"}
    words = said.get(chart.labs.state, f"no {label} on record")
    return f"laboratory results {words}" if chart.labs.state == "failed" else words
