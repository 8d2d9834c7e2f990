"""What the clinician is asked about a medicine of a discharge, where the record does not say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.chart.medications.stay import Course
from cds_service.checks.discharge.lists import Lists
from cds_service.terminology.counting import counted

_LONGEST_COURSE = 3650  # days


def end_question(one: Course) -> Iterator[str]:
    """The day of a record's last change is not the day of an end: a server that was moved changes every record."""
    if one.ended is None and one.touched:
        yield f"no end is recorded, and the record was last changed on {one.touched}: was it stopped in this stay?"


def setting_question(one: Course) -> Iterator[str]:
    if not one.setting:
        yield "the order does not say whether it is for home or for the ward alone"


def overdue(one: Course, today: date) -> Iterator[str]:
    """A course of so many days that has run out by its own words."""
    days = one.medication.sig.duration_days
    if days and one.on and (last := one.on + timedelta(days=min(days, _LONGEST_COURSE))) < today:
        yield f"it was ordered for {counted(days, 'day')}, until {last.isoformat()}: is it still to be taken?"


def not_taken(one: Course, lists: Lists) -> Iterator[str]:
    for other in lists.not_taken.alike(one)[:1]:
        yield f"the home list{of_day(other.medication.on)} says that it is not taken"


def of_day(day: date | None) -> str:
    return f" of {day.isoformat()}" if day else ""
