"""The calculators that a question is about, filled in with the patient's own values, each with its day.

What is too old, unreadable or missing is never filled in: the calculator is offered without a result and says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from cds_service.chart.dates import age_in_years
from cds_service.chart.model import Chart
from cds_service.chart.patient.kidney import KidneyFunction, creatinine_clearance, estimated_gfr
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.loads import loads_of
from cds_service.chart.patient.scores import SCORES, KeysOf, Score, charted_range
from cds_service.facts import Fact
from cds_service.tools import (
    CannotCompute,
    body_mass_index,
    body_surface,
    ckd_epi_2021,
    cockcroft_gault,
    corrected_calcium,
    corrected_phenytoin,
)

CREATININE_MAX_AGE_DAYS = 90
ALBUMIN_MAX_AGE_DAYS = 14  # calcium and albumin have to be of about one time
SIZE_MAX_AGE_DAYS = 365
ADULT = 18


@dataclass(frozen=True, slots=True)
class Calculated:
    """`value` is None when it cannot be computed; `reason` then says why. `facts`: the inputs that were looked at.

    `bounds`, "2 to 8 points" or "at least 60 MME a day", is what is known where something is not; `reason` says what.
    """

    name: str
    value: float | None
    unit: str
    formula: str
    facts: tuple[Fact, ...] = ()
    reason: str = ""
    bounds: str = ""


@dataclass(frozen=True, slots=True)
class _Calculator:
    """`about` finds the questions that it may help with."""

    about: re.Pattern[str]
    compute: Callable[[Chart, KeysOf], Calculated]
    lists: bool = False  # reads the problem list or the medication list


def calculators_for(question: str, chart: Chart, keys_of: KeysOf) -> Iterator[Calculated]:
    """Each calculator that `question` is about, in a fixed order. `keys_of`: an ingredient's RxCUI -> its keys."""
    return (one.compute(chart, keys_of) for one in _CALCULATORS if one.about.search(question))


def any_about(question: str) -> bool:
    """True when a calculator may help with it: only then need the chart be read."""
    return any(one.about.search(question) for one in _CALCULATORS)


def lists_about(question: str) -> bool:
    """True when one of them reads the problem list or the medication list."""
    return any(one.lists and one.about.search(question) for one in _CALCULATORS)


def _clearance(chart: Chart, _: KeysOf) -> Calculated:
    found = creatinine_clearance(chart, CREATININE_MAX_AGE_DAYS)
    return _kidney("Creatinine clearance", cockcroft_gault.FORMULA.named, found)


def _gfr(chart: Chart, _: KeysOf) -> Calculated:
    found = estimated_gfr(chart, CREATININE_MAX_AGE_DAYS)
    return _kidney("eGFR", ckd_epi_2021.FORMULA.named, found)


def _kidney(name: str, formula: str, found: KidneyFunction) -> Calculated:
    return Calculated(name, found.value, found.unit, formula, found.facts, found.reason)


def _mass_index(chart: Chart, _: KeysOf) -> Calculated:
    return _of_size(chart, "Body mass index", "kg/m2", body_mass_index.FORMULA.whole, body_mass_index.bmi)


def _surface(chart: Chart, _: KeysOf) -> Calculated:
    formula = body_surface.FORMULA.named
    return _of_size(chart, "Body surface area", "m2", formula, lambda kg, cm: body_surface.mosteller(cm, kg))


def _of_size(chart: Chart, name: str, unit: str, formula: str, compute: Callable[[float, float], float]) -> Calculated:
    """By weight and height. A child's are never taken from last year."""
    if reason := outgrown(chart):
        return Calculated(name, None, unit, formula, reason=reason)
    days = SIZE_MAX_AGE_DAYS
    return _by(chart, name, unit, formula, {"weight": days, "height": days}, compute)


def outgrown(chart: Chart) -> str:
    """Why no weight and height on record may be taken as of today; empty for adults."""
    age = age_in_years(chart.patient.born, chart.today) if chart.patient.born else None
    if age is not None and age >= ADULT:
        return ""
    return f"{'age is not known' if age is None else 'not an adult'}: weigh and measure now"


def _calcium(chart: Chart, _: KeysOf) -> Calculated:
    formula, compute = corrected_calcium.FORMULA.whole, corrected_calcium.corrected_calcium
    ages = {"calcium": ALBUMIN_MAX_AGE_DAYS, "albumin": ALBUMIN_MAX_AGE_DAYS}
    return _by(chart, "Corrected calcium", "mg/dL", formula, ages, compute)


def _phenytoin(chart: Chart, _: KeysOf) -> Calculated:
    formula, compute = corrected_phenytoin.FORMULA.whole, corrected_phenytoin.corrected_phenytoin
    ages = {"phenytoin": ALBUMIN_MAX_AGE_DAYS, "albumin": ALBUMIN_MAX_AGE_DAYS}
    return _by(chart, "Corrected phenytoin", "ug/mL", formula, ages, compute)


def _by(
    chart: Chart, name: str, unit: str, formula: str, max_ages: dict[str, int], compute: Callable[..., float]
) -> Calculated:
    """By measurements of these kinds, each in the unit of its kind and at most so many days old."""
    inputs = [latest(chart, kind, days) for kind, days in max_ages.items()]
    facts = tuple(one.fact for one in inputs if one.fact)
    lacking = [one.reason for one in inputs if one.value is None]
    if lacking:
        return Calculated(name, None, unit, formula, facts, "; ".join(lacking))
    try:
        return Calculated(name, compute(*(one.value for one in inputs)), unit, formula, facts)
    except CannotCompute as refused:
        return Calculated(name, None, unit, formula, facts, refused.reason)


def _score(score: Score, chart: Chart, keys_of: KeysOf) -> Calculated:
    formula = f"each item yes, no or not known; {score.source}"
    try:
        found = charted_range(score, chart, keys_of)
    except CannotCompute as refused:
        return Calculated(score.name, None, "points", formula, reason=refused.reason)
    if found.open:
        reason = f"not known: {'; '.join(found.open)}"
        return Calculated(score.name, None, "points", formula, reason=reason, bounds=found.points)
    return Calculated(score.name, found.low, "points", formula)


def _load(position: int, chart: Chart, keys_of: KeysOf) -> Calculated:
    load = loads_of(chart, keys_of)[position]
    formula = f"{load.words}; {load.source}" + (f". Counted: {'; '.join(load.counted)}" if load.counted else "")
    not_counted = f"not counted: {'; '.join(load.uncounted)}" if load.uncounted else ""
    if load.total is None:
        reason = "; ".join(filter(None, (load.why_not, not_counted)))
        return Calculated(load.name, None, load.unit, formula, reason=reason)
    if load.uncounted:
        return Calculated(load.name, None, load.unit, formula, reason=not_counted, bounds=load.shown)
    return Calculated(load.name, load.total, load.unit, formula)


def _about(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


_KIDNEYS = _about(r"kidneys?|renal(?:ly)?|e?gfr|crcl|creatinine|clearance|dialysis|doses?|dosing|dosage")
_STROKE = _about(r"cha2ds2(?:[- ]?vasc)?|chads2?|stroke risk|risk of stroke|atrial fibrillation|afib")
_BLEED = _about(r"has[- ]?bled|bleeding risk|risk of (?:major )?bleeding|atrial fibrillation|afib")
_CALCULATORS = (
    _Calculator(_KIDNEYS, _clearance),
    _Calculator(_KIDNEYS, _gfr),
    _Calculator(_about(r"bmi|body mass|obes\w+|overweight|underweight"), _mass_index),
    _Calculator(_about(r"bsa|body surface|mg/m2|mg/m²|chemotherapy"), _surface),
    _Calculator(_about(r"calcium|hypocalc\w+|hypercalc\w+"), _calcium),
    _Calculator(_about(r"phenytoin|fosphenytoin|dilantin"), _phenytoin),
    _Calculator(_STROKE, partial(_score, SCORES["cha2ds2-vasc"]), lists=True),
    _Calculator(_BLEED, partial(_score, SCORES["has-bled"]), lists=True),
    _Calculator(_about(r"opioids?|opiates?|mme|morphine equivalents?|naloxone"), partial(_load, 0), lists=True),
    _Calculator(_about(r"anticholinergics?|antimuscarinics?"), partial(_load, 1), lists=True),
)
