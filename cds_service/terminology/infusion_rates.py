"""Rates of infusion in an order's words: "5 mcg/min", "0.2 to 0.7 mcg/kg/hr", "2 g iv over 30 minutes".

A rate is an amount over time, and often over body weight; volumes over time (mL/hr) state no amount and are not read.
Of a range the upper end is taken, and of a dose given over a time the shortest time. `in_terms_of` compares a rate with
another in other units: mass by mass, hours by minutes and, where a body weight is given, per kilogram by whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert

_AMOUNTS = {
    **{"mg": "mg", "milligram": "mg", "g": "g", "gram": "g", "mcg": "ug", "ug": "ug", "microgram": "ug", "ng": "ng"},
    **{"nanogram": "ng", "unit": "unit", "u": "unit", "iu": "unit", "meq": "meq", "mmol": "mmol"},
    **{"milliunit": "milliunit", "munit": "milliunit", "mu": "milliunit"},
}
_PER_HOUR = {"min": 60.0, "minute": 60.0, "h": 1.0, "hr": 1.0, "hour": 1.0}
_N = r"\d{1,7}(?:\.\d{1,4})?"
_PER = r"\s?(?:/|per\s|an\s)\s?"
_RATE = re.compile(
    rf"(?<![\w.,/-])({_N})(?:\s?(?:-|to)\s?({_N}))?[\s-]?({'|'.join(sorted(_AMOUNTS, key=len, reverse=True))})s?"
    rf"({_PER}(?:kg|kilogram))?{_PER}(minute|min|hour|hr|h)s?\b",
    re.IGNORECASE,
)
# A dose and, within some words that state no other amount, the time over which it runs in.
_OVER = re.compile(
    rf"(?<![\w.,/-])({_N})[\s-]?({'|'.join(sorted(_AMOUNTS, key=len, reverse=True))})s?\b({_PER}(?:kg|kilogram)\b)?"
    rf"(?:(?!{_N}[\s-]?(?:{'|'.join(_AMOUNTS)})s?\b)[^;\n]){{0,60}}?"
    rf"\bover (?:at least |about )?({_N}|an?)(?:\s?(?:-|to)\s?{_N})?[\s-]?(minute|min|hour|hr|h)s?\b",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` of `unit` an hour; of a kilogram of body weight where `per_kilogram`. `words`: as the text has it."""

    amount: float
    unit: str
    per_kilogram: bool
    words: str = ""

    def in_terms_of(self, other: Rate, kilograms: float | None) -> float | None:
        """How many times `other` this rate is; None when the units do not compare, or a body weight is needed."""
        amount = _times(self, other)
        if amount is None or self.per_kilogram == other.per_kilogram:
            return amount
        if kilograms is None:
            return None
        return amount * kilograms if self.per_kilogram else amount / kilograms


def rates_in(text: str) -> Iterator[Rate]:
    """Each rate that a text states, in its order."""
    for found in _RATE.finditer(_plain(text)):
        yield Rate(
            amount=float(found[2] or found[1]) * _PER_HOUR[found[5].lower()],
            unit=_AMOUNTS[found[3].lower()],
            per_kilogram=bool(found[4]),
            words=found[0],
        )


def rates_over(text: str) -> Iterator[Rate]:
    """The rate of each dose whose time is stated: 2 g over 30 minutes is 4 g an hour."""
    for found in _OVER.finditer(_plain(text)):
        time = 1.0 if found[4].lower() in ("a", "an") else float(found[4])
        if time:
            yield Rate(
                amount=float(found[1]) * _PER_HOUR[found[5].lower()] / time,
                unit=_AMOUNTS[found[2].lower()],
                per_kilogram=bool(found[3]),
                words=found[0],
            )


def _plain(text: str) -> str:
    return _THOUSANDS.sub("", text.replace("\u00b5", "u").replace("\u03bc", "u"))


def _times(one: Rate, other: Rate) -> float | None:
    (own, unit), (most, of) = _whole_units(one), _whole_units(other)
    try:
        return float(convert(Quantity(own, unit), of).value) / most
    except UnitNotUnderstood:
        return None


def _whole_units(rate: Rate) -> tuple[float, str]:
    return (rate.amount / 1000, "unit") if rate.unit == "milliunit" else (rate.amount, rate.unit)
