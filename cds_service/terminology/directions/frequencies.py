"""The phrases of frequency ("tid", "q4-6h", "3 times a week"): each with the Timing that it states."""

from __future__ import annotations

import re
from collections.abc import Callable

from cds_service.terminology.directions.parts import Timing

_N = r"(\d{1,2}(?:\.\d)?)"
_UNIT = r"(months?|mos?|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|w)"
_EACH = r"(?:an?|per|each|every|in an?|/) ?"
_DAY = rf"(?:{_EACH}day\b|/ ?d\b|daily\b|every ?day\b|in (?:a )?24 ?(?:hours|hrs|h)\b|q ?d(?:ay)?\b)"
_WEEK = rf"(?:{_EACH}(?:week|wk)\b|/ ?wk?\b|weekly\b|q ?(?:week|wk)\b)"
_MONTH = rf"(?:{_EACH}month\b|monthly\b|q ?month\b)"
_TIMES = rf"(?:up to )?{_N}(?: ?(?:-|to|or) ?{_N})? ?(?:x|times?)(?: ?,)? ?"
_NIGHTLY = r"(?=(?:nightly|in the|at (?:bedtime|night)|every)\b)"

_Maker = Callable[[re.Match[str]], Timing]


def _is(frequency: float, period: float, unit: str) -> _Maker:
    return lambda _: Timing(frequency, period, unit)


def _times_a(unit: str) -> _Maker:
    return lambda match: Timing(float(match[2] or match[1]), 1, unit)


def _interval(match: re.Match[str]) -> Timing:
    unit = "mo" if match[3].startswith("mo") else {"m": "min", "w": "wk"}.get(match[3][0], match[3][0])
    return Timing(1, float(match[1]), unit, slowest=float(match[2]) if match[2] else None)


def _hourly(match: re.Match[str]) -> Timing:
    return Timing(1, float(match[1]), "h", slowest=float(match[2]) if match[2] else None)


def _each(match: re.Match[str]) -> Timing:
    return Timing(1, 1, {"h": "h", "w": "wk", "m": "mo"}[match[1][0]])


# Each phrase of frequency holds one of these: a product's name has none, and is asked once and not thirty times.
ANY_FREQUENCY = re.compile(
    r"every|each|alternat|hour|da(?:y|ily)|night|week|month|q|hr|wk|(?:per|in|an?|/) ?[dw]|24 ?h|once|twice|thrice"
    r"|1 time|1x|eod|\b(?:[bt]iw|bi?d|tid|tds|od)\b"
)
# Longer phrases stand before shorter ones.
FREQUENCIES: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        (
            r"\b(?:every (?:other|second|2nd) day|every other daily|qod|eod|(?:on )?alternate days|alternating days)\b",
            _is(1, 2, "d"),
        ),
        (r"\b(?:every (?:other|second|2nd) week|qow)\b", _is(1, 2, "wk")),
        (r"\bevery (?:other|second|2nd) (?:night|evening|morning)\b", _is(1, 2, "d")),
        (rf"\b(?:every|q|each) ?{_N}(?: ?(?:-|to|or) ?{_N})? ?{_UNIT}\b", _interval),
        (rf"\b{_N}(?:(?: ?- ?| to ){_N})?[ -]?hourly\b", _hourly),
        (r"\bhourly\b", _is(1, 1, "h")),
        (rf"\b{_TIMES}{_WEEK}", _times_a("wk")),
        (rf"\b{_TIMES}{_MONTH}", _times_a("mo")),
        (rf"\b{_TIMES}{_DAY}", _times_a("d")),
        (rf"\b(?:once|1 time|1x) ?{_WEEK}", _is(1, 1, "wk")),
        (rf"\btwice ?{_WEEK}", _is(2, 1, "wk")),
        (rf"\b(?:once|1 time) ?{_MONTH}", _is(1, 1, "mo")),
        (rf"\btwice ?{_MONTH}", _is(2, 1, "mo")),
        (rf"\b(?:up to )?(?:once|1 time|1x) ?(?:{_DAY}|{_NIGHTLY})", _is(1, 1, "d")),
        (rf"\b(?:up to )?twice ?{_DAY}", _is(2, 1, "d")),
        (rf"\bthrice ?{_DAY}", _is(3, 1, "d")),
        (r"\bq([1-7])w\b", lambda match: Timing(float(match[1]), 1, "wk")),
        (r"\bq([1-7])d\b", lambda match: Timing(1, float(match[1]), "d")),
        (r"\b(?:every|q) ?(hour|hr|h|week|month)\b", _each),
        # A range of frequencies gives its upper one, as a range of doses does.
        (r"\b(?:daily|qd|od|once)(?: ?- ?| to )(?:bid|bd|twice(?: a day| daily)?)\b", _is(2, 1, "d")),
        (r"\b(?:bid|bd)(?: ?- ?| to )(?:tid|tds)\b", _is(3, 1, "d")),
        (r"\b(?:tid|tds)(?: ?- ?| to )(?:qid|qds)\b", _is(4, 1, "d")),
        (r"\bbiw\b", _is(2, 1, "wk")),
        (r"\btiw\b", _is(3, 1, "wk")),
        (r"\bqiw\b", _is(4, 1, "wk")),
        (r"\b(?:bid|bd)\b", _is(2, 1, "d")),
        (r"\b(?:tid|tds)\b", _is(3, 1, "d")),
        (r"\b(?:qid|qds)\b", _is(4, 1, "d")),
        (rf"\b(?:1 )?{_WEEK}", _is(1, 1, "wk")),
        (rf"\b{_MONTH}", _is(1, 1, "mo")),
        (rf"(?:\b|(?<= )){_DAY}", _is(1, 1, "d")),
        (r"\bod\b", _is(1, 1, "d")),
    )
)
