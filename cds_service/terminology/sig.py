"""Reads the dose, frequency and duration that simple order text states, and nothing that it does not.

"amox 500 tid x 10d", "famotidine 20 mg once daily", "2 tabs q4-6h prn". It serves one purpose: the mean daily dose with
which a dosing row is compared. Four rules keep it from guessing:

- Every number in the text has to be accounted for. One that is not ("875-125", "70/30", "x 10") leaves the dose None.
- Two doses leave the dose None, two frequencies the frequency.
- Words that change a dose over time or by condition (taper, sliding scale, mg/kg, then, until, hold if, maximum) leave
  everything None.
- Of a range, the upper dose and the shortest interval are taken: the most that the text allows.

`reason` says why something was left out. The unit of a bare number after the drug's name ("metformin 1000 bid") is
*assumed* to be mg and marked so; `daily` leaves such a dose out unless asked: an assumption may raise a concern, it
never quietens one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from cds_service.terminology.sig_phrases import (
    AS_NEEDED,
    BARE,
    CHANGES,
    DISPENSED,
    DOTTED,
    DURATION,
    FORM,
    FREQUENCIES,
    HALF,
    MASS,
    NAME_WITH_DIGITS,
    NOT_A_NAME,
    SPELLED,
    TAKE,
    TIME_OF_DAY,
    UNITS,
)
from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert

MAX_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Sig:
    """What the text states. None = not stated, or not sure; then `reason` says why if there is something to say.

    `dose_value` in `dose_unit` is taken each time: "mg", "g", "ug", "meq", "mL", "unit", a form ("tab"), or None where
    the text says only "take 1". `strength_value` in `strength_unit` is what one form holds. `times_per_day` is a mean:
    weekly is 1/7.
    """

    text: str
    dose_value: float | None = None
    dose_unit: str | None = None
    strength_value: float | None = None
    strength_unit: str | None = None
    unit_assumed: bool = False
    times_per_day: float | None = None
    prn: bool | None = None
    duration_days: float | None = None
    reason: str | None = None

    def daily(self, unit: str = "mg", *, assume: bool = False) -> Quantity | None:
        """The mean daily dose in `unit`, the most that the text allows; None when it is not known.

        `assume=True` also gives the dose whose unit was assumed: for raising a concern only.
        """
        if self.dose_value is None or self.times_per_day is None or (self.unit_assumed and not assume):
            return None
        amount, measured_in = self.dose_value * self.times_per_day, self.dose_unit
        if self.strength_value is not None:
            amount, measured_in = amount * self.strength_value, self.strength_unit
        try:
            return convert(Quantity(amount, measured_in or ""), unit)
        except UnitNotUnderstood:
            return None


@lru_cache(maxsize=8192)  # the same directions stand in many charts
def read_sig(text: str) -> Sig:
    """Read one order's text. Never raises: what is not simple comes back as None with a reason."""
    if len(text) > MAX_LENGTH:
        return Sig(text, reason="the text is too long to be one order")
    rest = _normalised(text)
    if any(sign.isnumeric() and not sign.isascii() for sign in rest):
        return Sig(text, reason="the text holds a number in another script")
    needed, rest = _taken(AS_NEEDED, rest)
    if CHANGES.search(rest):
        return Sig(text, reason="the text changes the dose over time or by condition, or states more than one")
    durations, rest = _taken(DURATION, rest)
    _, rest = _taken(DISPENSED, rest)
    times, conflict, rest = _times_per_day(rest)
    dose = _dose(text, rest)
    return replace(
        dose,
        times_per_day=times,
        prn=True if needed else (False if times is not None else None),
        duration_days=_days(durations[0]) if len(durations) == 1 else None,
        reason=dose.reason or conflict or ("the text states two durations" if len(durations) > 1 else None),
    )


def _normalised(text: str) -> str:
    lowered = " ".join(text.lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("\u00d7", "x").split())
    lowered = re.sub("[\u2010-\u2015\u2212]", "-", lowered)
    lowered = DOTTED.sub(lambda dotted: "".join(filter(None, dotted.groups())), lowered)
    lowered = HALF.sub("0.5", lowered)
    return re.sub(rf"\b({'|'.join(SPELLED)})\b", lambda word: SPELLED[word[0]], lowered)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[list[re.Match[str]], str]:
    """The matches, and the text with a bar in place of each, so that what stood around it does not join."""
    return list(pattern.finditer(text)), pattern.sub(" | ", text)


def _times_per_day(rest: str) -> tuple[float | None, str | None, str]:
    """(times per day, why there is none although something was stated, the remaining text)."""
    stated: list[float] = []
    for pattern, per_day in FREQUENCIES:
        found, rest = _taken(pattern, rest)
        for match in found:
            groups = match.groupdict()
            stated.append(per_day * int(groups.get("n") or 1) / int(groups.get("every") or 1))
    hours, rest = _taken(TIME_OF_DAY, rest)
    if len(stated) > 1 or len(hours) > 1 or (hours and stated and stated[0] > 1):
        return None, "the text states more than one frequency", rest
    if stated:
        return stated[0], None, rest
    return (1.0 if hours else None), None, rest


def _dose(text: str, rest: str) -> Sig:
    masses, rest = _taken(MASS, rest)
    counts, rest = _taken(FORM, rest)
    taken, rest = _taken(TAKE, rest)
    counts += taken
    bare, rest = _taken(BARE, rest)
    if len(bare) == 1 and not masses and _follows_a_name(bare[0]):
        masses, bare = bare, []
    elif bare or any(re.search(r"\d", word) and not NAME_WITH_DIGITS.fullmatch(word) for word in rest.split()):
        return Sig(text, reason="a number in the text is not accounted for")
    if len(masses) > 1 or len(counts) > 1:
        return Sig(text, reason="the text states more than one dose")
    mass, count = (_amount(masses[0]) if masses else None), (_amount(counts[0]) if counts else None)
    if (masses and mass is None) or (counts and count is None):
        return Sig(text, reason="the text states two strengths, or a dose that is no dose")
    assumed = bool(masses) and masses[0].re is BARE
    if count is None:
        value, unit = mass or (None, None)
        return Sig(text, value, unit, unit_assumed=assumed)
    strength, strength_unit = mass or (None, None)
    return Sig(text, count[0], count[1], strength, strength_unit, unit_assumed=assumed)


def _follows_a_name(number: re.Match[str]) -> bool:
    before = number.string[: number.start()].split()
    return bool(before) and all(word[0].isalpha() for word in before) and before[-1] not in NOT_A_NAME


def _amount(match: re.Match[str]) -> tuple[float, str | None] | None:
    """(value, unit) of a dose, the upper end of a range; None for "875-125" and "5-325", which are two strengths."""
    low = float(match[1].replace(",", ""))
    if match.re is BARE:
        return (low, "mg") if low > 0 else None
    high = float(match[2]) if match[2] else low
    if not 0 < low <= high <= 4 * low:
        return None
    return high, UNITS.get(match[3], match[3]) or None


def _days(match: re.Match[str]) -> float:
    return float(match[1]) * (7 if match[2].startswith("w") else 1)
