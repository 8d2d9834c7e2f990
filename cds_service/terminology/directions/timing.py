"""How often: frequency, weekdays and moments of the day, and whether they agree with each other."""

from __future__ import annotations

import re
from dataclasses import replace

from cds_service.terminology.directions.frequencies import ANY_FREQUENCY, FREQUENCIES
from cds_service.terminology.directions.moments import MEALS, read_events, read_hours
from cds_service.terminology.directions.parts import Timing

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_DAY_LIST = re.compile(
    rf"\b(?:on |every |each )*({_DAY_NAME}(?:(?: ?(?:,|/|&|and|,? and) ?| ){_DAY_NAME})*)\b|\b(mwf|tts|tths)\b"
)
_DAY_RANGE = re.compile(rf"\b({_DAY_NAME}) ?(?:-|to|through|thru) ?({_DAY_NAME})\b")
_NAMED_LISTS = {"mwf": ("mon", "wed", "fri"), "tts": ("tue", "thu", "sat"), "tths": ("tue", "thu", "sat")}
_TWO = "the text states more than one frequency"


def read_timing(rest: str) -> tuple[Timing | None, str | None, str]:
    """(timing, why there is none although something was stated, the text without the phrases)."""
    hours, rest = read_hours(rest)
    days, conflict, rest = _days(rest)
    if conflict:
        return None, conflict, rest
    stated, rest = _stated(rest)
    events, rest = read_events(rest)
    if len({round(timing.per_day, 2) for timing in stated}) > 1:
        return None, _TWO, rest
    fixed = tuple(code for code in events if not code.endswith("?"))
    # "twice daily (every 12 hours)" says the same twice; the one that counts by the day leaves the hours open.
    timing = next((one for one in stated if one.unit == "d"), stated[0] if stated else None)
    if timing and _disagrees(timing, hours, fixed):
        return None, _TWO, rest
    timing = timing or _from_moments(fixed, hours, days)
    if timing is None:
        return None, None, rest
    when = tuple(code.rstrip("?") for code in events)
    if days and timing.unit == "wk" and timing.period == 1 and round(timing.frequency) in (1, len(days)):
        timing = Timing(1, 1, "d")
    elif days and timing.unit != "d":
        return None, "weekdays do not go with the interval", rest
    return replace(timing, when=when, days=days, hours=hours), None, rest


def _disagrees(timing: Timing, hours: tuple[str, ...], fixed: tuple[str, ...]) -> bool:
    """ "bid at bedtime" does not fit; "4 times daily, after meals and at bedtime" and "bid with meals" do."""
    moments = len(hours) or (sum(MEALS.get(code, 1) for code in fixed) if set(fixed) - set(MEALS) else 0)
    return bool(moments) and moments != max(1, round(timing.per_day))


def _stated(rest: str) -> tuple[list[Timing], str]:
    stated: list[Timing] = []
    for pattern, made in FREQUENCIES if ANY_FREQUENCY.search(rest) else ():
        found = [made(match) for match in pattern.finditer(rest)]
        if found:
            stated += found
            rest = pattern.sub(" | ", rest)
    return stated, rest


def _from_moments(when: tuple[str, ...], hours: tuple[str, ...], days: tuple[str, ...]) -> Timing | None:
    count = len(hours) or sum(MEALS.get(code, 1) for code in when) or (1 if days else 0)
    return Timing(count, 1, "d") if count else None


def _days(rest: str) -> tuple[tuple[str, ...], str | None, str]:
    """(weekdays in their order, why they are in doubt, the text without them)."""
    spans = list(_DAY_RANGE.finditer(rest))
    rest = _DAY_RANGE.sub(" | ", rest)
    lists = list(_DAY_LIST.finditer(rest))
    rest = _DAY_LIST.sub(" | ", rest)
    if len(spans) + len(lists) > 1:
        return (), "the text states more than one set of weekdays", rest
    if spans:
        first, last = (_WEEKDAYS.index(spans[0][side][:3]) for side in (1, 2))
        return (_WEEKDAYS[first : last + 1], None, rest) if first < last else ((), "the weekdays run backwards", rest)
    if not lists:
        return (), None, rest
    found = _NAMED_LISTS.get(lists[0][2] or "") or {name[:3] for name in re.findall(_DAY_NAME, lists[0][1])}
    return tuple(day for day in _WEEKDAYS if day in found), None, rest
