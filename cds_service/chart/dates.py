"""FHIR dates and times. A time without zone is read in UTC; what is not a FHIR date reads as None.

A partial date is read so that it takes nothing away: a start, a birth or a result as its first day, an end as its last.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache

_TIME = r"T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?"
_LONGEST = 64  # characters: seconds may have as many decimals as somebody likes, but not thousands
_FHIR = re.compile(rf"(\d{{4}})(?:-(\d\d)(?:-(\d\d)(?:{_TIME})?)?)?", re.ASCII)


def moment_of(value: object) -> datetime | None:
    """The UTC instant of a FHIR date, dateTime or instant; of less than a time, its first moment."""
    return _moment(value) if isinstance(value, str) and len(value) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime | None:
    match = _FHIR.fullmatch(value)
    if match is None:
        return None
    year, month, day, clock, zone = match.groups()
    whole = f"{year}-{month or '01'}-{day or '01'}T{(clock or '00:00').replace(':60', ':59')}{zone or 'Z'}"
    try:
        return datetime.fromisoformat(whole).astimezone(UTC)
    except (ValueError, OverflowError):  # 31 June; the first and the last day of the calendar in another zone
        return None


def day_of(value: object) -> date | None:
    """The UTC day on which it begins."""
    moment = moment_of(value)
    return moment.date() if moment else None


def last_day_of(value: object) -> date | None:
    """The UTC day on which it ends: of "2026-02" the 28th, of "2026" the last of December."""
    first = day_of(value)
    if first is None or not isinstance(value, str) or len(value) > len("2026-02"):
        return first
    month = first.month if len(value) > len("2026") else 12
    return date(first.year, month, monthrange(first.year, month)[1])


def age_in_years(born: date, on: date) -> int | None:
    """Completed years of life; None when the birth date lies ahead or more than 130 years back."""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years if 0 <= years <= 130 else None
