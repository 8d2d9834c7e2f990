"""The daily dose that directions state, for comparing with a row: what `directions` read, as one number and unit.

Of a range, the upper dose and the shortest interval are taken: the most that the text allows. `reason` says why
something was left out. The unit of a bare number after the drug's name ("metformin 1000 bid") is *assumed* to be mg
and marked so; `daily` leaves such a dose out unless asked: an assumption may raise a concern, it never quietens one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cds_service.terminology.directions.amounts import FORMS
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_once
from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert

COUNTED_FORMS = frozenset(FORMS.values())
# "400 mg/5 mL", "80 MG/ML", "250 mg per 5 mL", "1 g/250 mL".
_PER_ML = re.compile(
    r"(?<![\w.,/-])(\d+(?:\.\d+)?) ?(mg|mcg|ug|g|meq|units?|unt)(?: ?/ ?| per )(\d+(?:\.\d+)?)? ?(?:ml|cc)\b",
    re.IGNORECASE,
)
_PLAIN_UNIT = {"mcg": "ug", "units": "unit", "unt": "unit"}
# What a syringe gives at once into a vein is one dose; other boluses depend on something.
_IV_BOLUS = re.compile(
    r"\b(iv|ivp|intravenous(?:ly)?)(?: push)? bolus\b|\bbolus (iv|ivp|intravenous(?:ly)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sig:
    """What the text states. None = not stated, or not sure; then `reason` says why if there is something to say.

    `dose_value` in `dose_unit` is taken each time: "mg", "g", "ug", "meq", "mL", "unit", a form ("tablet"), or None
    where the text says only "take 1". `strength_value` in `strength_unit` is what one form holds, or what the stated
    volume holds ("15 mL (1200 mg)"); `per_ml` what one mL of a liquid holds, and its unit. `times_per_day` is a
    mean: weekly is 1/7. `most_per_day`: the limit that the text sets to a day's dose, and its unit.
    """

    text: str
    dose_value: float | None = None
    dose_unit: str | None = None
    strength_value: float | None = None
    strength_unit: str | None = None
    per_ml: tuple[float, str] | None = None
    unit_assumed: bool = False
    times_per_day: float | None = None
    prn: bool | None = None
    duration_days: float | None = None
    most_per_day: tuple[float, str] | None = None
    reason: str | None = None

    def daily(self, unit: str = "mg", *, assume: bool = False) -> Quantity | None:
        """The mean daily dose in `unit`, the most that the text allows; None when it is not known.

        `assume=True` also gives the dose whose unit was assumed: for raising a concern only.
        """
        if self.dose_value is None or self.times_per_day is None or (self.unit_assumed and not assume):
            return None
        stated = self._in(unit, self.dose_value * self.times_per_day, self.dose_unit)
        most = self._in(unit, *self.most_per_day) if self.most_per_day else None
        return min(stated, most, key=lambda one: one.value) if stated and most else stated

    def single(self, unit: str = "mg") -> Quantity | None:
        """What is taken at a time, in `unit`; None when it is not known. A dose whose unit was assumed counts."""
        return None if self.dose_value is None else self._in(unit, self.dose_value, self.dose_unit)

    def _in(self, unit: str, amount: float, measured_in: str | None) -> Quantity | None:
        """A count of tablets is multiplied by what one holds; in "500 mg tablet, 500 mg daily" nothing is counted."""
        counted = self.dose_unit is None or self.dose_unit in COUNTED_FORMS
        if self.strength_value is not None and counted and measured_in == self.dose_unit:
            amount, measured_in = amount * self.strength_value, self.strength_unit
        elif measured_in == "mL" and unit != "mL":
            amount, measured_in = self._held_in(amount)
        plain, of, per = (measured_in or "").partition("/")
        target, over, same = unit.partition("/")
        if (of, per) != (over, same):  # a dose per kg or per m2 is one only where that is asked for
            return None
        try:
            return Quantity(convert(Quantity(amount, plain), target).value, unit)
        except UnitNotUnderstood:
            return None

    def _held_in(self, millilitres: float) -> tuple[float, str | None]:
        """What a volume holds of the drug: by its concentration, else as the text says of the volume that it states."""
        if self.per_ml is not None:
            return millilitres * self.per_ml[0], self.per_ml[1]
        if self.strength_value is not None and self.dose_value and self.dose_unit == "mL":
            return millilitres / self.dose_value * self.strength_value, self.strength_unit
        return millilitres, "mL"


def read_sig(text: str) -> Sig:
    """Read one order's text. Never raises: what is not simple comes back as None with a reason."""
    read = read_once(_IV_BOLUS.sub("iv", text))
    sig = Sig(text, reason=read.abstained) if read.abstained else _summed(read, text)
    return replace(sig, per_ml=concentration_in(text))


def concentration_in(text: str) -> tuple[float, str] | None:
    """What one mL holds, and its unit; None unless the text states it once, or several times the same."""
    found = {
        (float(amount) / float(volume or 1), _PLAIN_UNIT.get(unit.lower(), unit.lower()))
        for amount, unit, volume in _PER_ML.findall(text.replace(",", ""))
        if float(volume or 1) > 0
    }
    return found.pop() if len(found) == 1 else None


def _summed(read: Directions, text: str) -> Sig:
    dose, strength, limit = read.dose, read.strength, read.limit
    return Sig(
        text,
        dose_value=dose.high if dose else None,
        dose_unit=dose.unit if dose else None,
        strength_value=strength.high if strength else None,
        strength_unit=strength.unit if strength else None,
        unit_assumed=dose.assumed if dose else False,
        times_per_day=read.timing.per_day if read.timing else None,
        prn=True if read.as_needed else (False if read.timing else None),
        duration_days=read.duration.days if read.duration else None,
        most_per_day=(limit.amount, limit.unit) if limit and limit.period_unit == "d" else None,
    )
