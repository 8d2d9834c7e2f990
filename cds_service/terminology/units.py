"""Quantities and their units: UCUM, a short table of the spellings that charts really use, and refusals.

A unit is understood when it is in the table below (compared without regard to case and spacing) or is itself valid,
case-sensitive UCUM without an annotation. Everything else is refused. What may not be guessed:

- `mL/min` and `mL/min/{1.73_m2}` are different quantities. UCUM gives annotations no meaning, so a UCUM library takes
  the second for the first; here an annotated unit converts to itself alone.
- Mass and substance concentration convert only for an analyte whose molar mass is known here, milliequivalents
  only for an ion whose valence is.
- Temperatures and other scales with an offset are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

INDEXED_ML_MIN = "mL/min/{1.73_m2}"
INR_UNIT = "{INR}"

# Molar masses in g/mol; with 113.12 for creatinine, 1 mg/dL is the customary 88.4 umol/L.
MOLAR_MASS: Mapping[str, float] = MappingProxyType(
    {
        **{"creatinine": 113.12, "glucose": 180.156, "bilirubin": 584.66},
        **{"potassium": 39.0983, "sodium": 22.9898, "lithium": 6.94, "magnesium": 24.305, "calcium": 40.078},
        **{"digoxin": 780.94, "phenytoin": 252.27, "theophylline": 180.16},
        **{"triglycerides": 885.7},  # as triolein, by custom
    }
)
VALENCE: Mapping[str, int] = MappingProxyType({"potassium": 1, "sodium": 1, "lithium": 1, "magnesium": 2, "calcium": 2})

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    INDEXED_ML_MIN: (
        *("ml/min/{1.73_m2}", "ml/min/{1.73m2}", "ml/min/1.73m2", "ml/min/1.73_m2", "ml/min/1.73(m2)"),
        *(
            "ml/min/1.73m^2",
            "ml/min/1.73m*2",
            "ml/min/(1.73m2)",
            "ml/min/(1.73_m2)",
            "ml/min/1.73sqm",
            "ml/min/1.73.m2",
        ),
        *("ml/min/{bsa}", "ml/min/bsa", "ml/min/{1.73}", "ml/min/(1.73)", "ml/min/1.73", "ml/min/(173.10*-2.m2)"),
        *("ml/min/{1.73_m^2}", "ml/min/{1.73m^2}", "ml/minper1.73m2", "mlspermin/1.73m2", "ml/min/1.73meters2"),
    ),
    "mL/min": ("ml/min", "ml/minute", "mlpermin"),
    "mg/dL": ("mg/dl", "mg/100ml", "mgperdl", "mg%"),
    "mg/L": ("mg/l",),
    "g/L": ("g/l",),
    "umol/L": ("umol/l", "micromol/l", "micromole/l", "mcmol/l"),
    "mmol/L": ("mmol/l",),
    "meq/L": ("meq/l",),
    "kg": ("kg", "kgs", "kilogram", "kilograms"),
    "g": ("g", "gm", "gms", "gram", "grams"),
    "mg": ("mg", "mgs", "milligram", "milligrams"),
    "ug": ("ug", "mcg", "mcgs", "microgram", "micrograms"),
    "[lb_av]": ("[lb_av]", "lb", "lbs", "pound", "pounds", "lb_av"),
    "[oz_av]": ("[oz_av]",),
    "mmol": ("mmol",),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres"),
    "[in_i]": ("[in_i]", "[in_us]", "in", "inch", "inches", "in_i"),
    "[ft_i]": ("[ft_i]", "ft", "foot", "feet"),
    "mL": ("ml", "milliliter", "milliliters", "millilitre", "millilitres"),
    INR_UNIT: ("{inr}", "inr", "{inrratio}"),
    "10*9/L": (
        *("10*9/l", "10^9/l", "x10^9/l", "x10*9/l", "x10e9/l", "10e9/l", "giga/l", "gpt/l"),
        *("10*3/ul", "10^3/ul", "x10^3/ul", "x10*3/ul", "x10e3/ul", "10e3/ul", "x10(3)/ul", "10*3/mcl", "x10^3/mcl"),
        *("k/ul", "k/mcl", "k/mm3", "k/cumm", "th/ul", "thou/ul", "thousand/ul", "thou/cumm", "10*3/mm3", "10^3/mm3"),
    ),
    "/uL": ("/ul", "/mcl", "/mm3", "/cumm", "cells/ul", "cells/mcl", "cells/mm3", "cells/cumm", "{cells}/ul"),
    "U/L": ("u/l", "iu/l", "[iu]/l", "units/l", "unit/l"),
    "m[IU]/L": ("m[iu]/l", "miu/l", "mu/l", "uiu/ml", "u[iu]/ml", "mciu/ml", "uu/ml"),
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "/min": ("/min", "bpm", "beats/min", "beats/minute", "{beats}/min", "{heart_beats}/min", "perminute"),
    "%": ("%", "percent", "pct"),
    "ng/mL": ("ng/ml", "mcg/l"),
    "ug/mL": ("ug/ml", "mcg/ml"),
    "g/dL": ("g/dl", "gm/dl", "g%"),
    # What doses are counted in besides mass and volume. Units of one drug are never those of another.
    "unit": ("unit", "units", "u", "iu", "[iu]", "[usp'u]", "internationalunit", "internationalunits"),
    "meq": ("meq", "meqs", "milliequivalent", "milliequivalents"),
    "ug/h": ("ug/h", "ug/hr", "mcg/h", "mcg/hr", "mcg/hour", "ug/hour", "microgram/hour", "micrograms/hour"),
}
_TABLE = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
# What tables and orders are full of; the registry takes more than a second to build, and commands need nothing more.
_GRAMS = {"kg": 1e3, "g": 1.0, "mg": 1e-3, "ug": 1e-6}
# An INR is a ratio and is often sent without a unit, or with that of a plain number.
_PLAIN_NUMBER = frozenset({"", "1", "ratio", "{ratio}"})

# Valid UCUM of hostile size (10*99999999) would make the library compute for ever: long numbers never reach it.
_UCUM = re.compile(r"(?!.*\d{3})[A-Za-z0-9\[\]()_.*/%'\"^+-]{1,32}")


class UnitNotUnderstood(ValueError):
    """The unit is missing, unknown, or not convertible to the one asked for. The text never repeats the chart's."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A finite number and its unit. Raises ValueError for NaN, infinity and booleans."""

    value: float | Decimal
    unit: str

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not math.isfinite(self.value):
            raise ValueError("a quantity needs a finite number")


@lru_cache(maxsize=4096)
def canonical_unit(unit: str) -> str:
    """The UCUM code for a unit as a chart spells it. Raises UnitNotUnderstood."""
    key = "".join(unit.split()).lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("\u00b2", "2")
    if key in _TABLE:
        return _TABLE[key]
    if not _UCUM.fullmatch(unit.strip()):
        raise UnitNotUnderstood("no unit is stated" if not key else "the unit is not one that is understood")
    return unit.strip()


def convert(quantity: Quantity, to_unit: str, analyte: str | None = None) -> Quantity:
    """Express `quantity` in `to_unit` (UCUM).

    `analyte` (a key of MOLAR_MASS, or "inr") allows what only holds for that substance: mass to substance
    concentration, milliequivalents, a plain number for an INR. The result is a float of 12 significant digits.
    Raises UnitNotUnderstood, and ValueError where the result is not a finite number; never guesses.
    """
    target = canonical_unit(to_unit)
    if analyte == "inr" and target == INR_UNIT and quantity.unit.strip().lower() in _PLAIN_NUMBER:
        return Quantity(float(quantity.value), target)
    source = canonical_unit(quantity.unit)
    if source == target and target in _SPELLINGS:
        return Quantity(float(quantity.value), target)
    return Quantity(_rounded(float(quantity.value) * _factor(source, target, analyte)), target)


def prepare() -> None:
    """Build the unit registry now (about a second), so that no request waits for it. Call once per worker."""
    _registry()


def _rounded(value: float) -> float:
    """Hide the last bits of binary fractions: 0.5 g is 500 mg, not 499.99999999999994."""
    return float(f"{value:.12g}")


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=512)
def _factor(source: str, target: str, analyte: str | None) -> float:
    # Per cent is a share of something that UCUM does not name: mmol/mol of HbA1c is not ten times its per cent.
    if not {INR_UNIT, INDEXED_ML_MIN, "%"}.isdisjoint((source, target)):
        raise UnitNotUnderstood("an indexed or annotated unit, and per cent, convert to themselves alone")
    if source in _GRAMS and target in _GRAMS:
        return _GRAMS[source] / _GRAMS[target]
    registry = _registry()
    ratio = _parse(registry, source, analyte) / _parse(registry, target, analyte)
    molar_mass = MOLAR_MASS.get(analyte or "")
    bridges = [1.0]
    if molar_mass is not None:
        grams_per_mole = molar_mass * _parse(registry, "g/mol", None)
        bridges += [grams_per_mole, 1 / grams_per_mole]
    try:
        for bridge in bridges:
            if (ratio * bridge).dimensionless:
                return float((ratio * bridge).m_as(registry.dimensionless))
    except ArithmeticError as error:
        raise UnitNotUnderstood("the unit's size is out of all proportion") from error
    raise UnitNotUnderstood("the unit measures something else than is expected here")


def _parse(registry: Any, unit: str, analyte: str | None) -> Any:
    """One UCUM code as a pint quantity on a ratio scale."""
    charges = 1
    if re.search(r"eq\b", unit):
        charges = VALENCE.get(analyte or "", 0)
        if not charges:
            raise UnitNotUnderstood("milliequivalents are read only for ions whose valence is known here")
        unit = re.sub(r"eq\b", "mol", unit)
    from lark.exceptions import LarkError  # the parser below ucumvert

    try:
        parsed = registry.from_ucum(unit)
        _ = parsed / parsed  # a TypeError on a scale with an offset, and on an annotation that stands alone
    except (LarkError, TypeError, ArithmeticError) as error:
        raise UnitNotUnderstood("the unit is not valid UCUM on a ratio scale") from error
    return parsed / charges
