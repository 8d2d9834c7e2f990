"""What the clinician is asked about a medicine of a discharge, where the record does not say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.chart.medications.dosing import sig_text
from cds_service.chart.medications.stay import Course
from cds_service.checks.discharge.compare import has_steps
from cds_service.checks.discharge.lists import Lists
from cds_service.terminology.counting import counted

_LONGEST_COURSE = 3650  # days
# One dose in all; "once a day", "once daily" and "once at bedtime" are more.
_ONCE = re.compile(
    r"\bonce\b(?! (?:a|an|per|each|every|at|in|on|daily|weekly|monthly)\b)|\bx ?1(?: dose)?\b(?! ?\d)"
    r"|\b(?:one[ -]time|single) (?:dose|only)\b"
)


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


def unrecognised(one: Course) -> Iterator[str]:
    """What nobody could compare: a name that is not known here may be that of any medicine."""
    if not one.medication.drugs:
        yield "its name was not recognised: it could not be compared with the other list"


def after_steps(one: Course, before: Course) -> Iterator[str]:
    """A taper over a medicine that is taken for good: the order says nothing of the time after its last step."""
    if has_steps(directions_text(one)) and not has_steps(directions_text(before)):
        yield f"what is taken after the last step? Before the stay: {before.medication.ref.text[:80]}"


def given_once(one: Course) -> Iterator[str]:
    """One dose, of an order that does not say for where it is: an injection of the ward, most often."""
    if not one.setting and _ONCE.search(directions_text(one).lower()):
        yield "it is ordered once: was it given here, or is it to be taken at home?"


def earlier_end(other: Course) -> str:
    """Of an order that was over before the stay, for a medicine that is said to be taken still."""
    day = other.ended or other.touched
    how = "on" if other.ended else "and last changed on"
    when = f" {how} {day.isoformat()}" if day else ", and its end has no date"
    return f"an order{of_day(other.on)} was {other.status}{when}"


def directions_text(one: Course) -> str:
    return sig_text(one.medication.resource) or one.medication.origin.text or ""


def of_day(day: date | None) -> str:
    return f" of {day.isoformat()}" if day else ""
