"""The calculators of the page: what each asks for, and where its fields are filled in from. Pure.

A further calculator is one line of CALCULATORS, and its fields where they are new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cds_service.chart.patient.calculators import ALBUMIN_MAX_AGE_DAYS, CREATININE_MAX_AGE_DAYS, SIZE_MAX_AGE_DAYS
from cds_service.tools import (
    CannotCompute,
    Formula,
    body_mass_index,
    body_surface,
    ckd_epi_2021,
    cockcroft_gault,
    corrected_calcium,
    corrected_phenytoin,
    corrected_qt,
    ideal_weight,
)


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: the measurement that fills it in, at most `max_age` days old; empty for what is typed or computed."""

    label: str
    kind: str = ""
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class Calculator:
    """`compute` takes the fields of `needs` in their order, and the sex after them where `by_sex`."""

    name: str
    unit: str
    formula: Formula
    needs: tuple[str, ...]
    compute: Callable[..., float]
    by_sex: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`value` empty: it cannot be computed, and `why_not` says so."""

    name: str
    value: str
    why_not: str
    words: str
    source: str


FIELDS: Mapping[str, Field] = {
    "age": Field("Age (years)"),
    "weight": Field("Weight (kg)", "weight", SIZE_MAX_AGE_DAYS),
    "height": Field("Height (cm)", "height", SIZE_MAX_AGE_DAYS),
    "creatinine": Field("Creatinine (mg/dL)", "creatinine", CREATININE_MAX_AGE_DAYS),
    "calcium": Field("Total calcium (mg/dL)", "calcium", ALBUMIN_MAX_AGE_DAYS),
    "albumin": Field("Albumin (g/dL)", "albumin", ALBUMIN_MAX_AGE_DAYS),
    "phenytoin": Field("Phenytoin (µg/mL)", "phenytoin", ALBUMIN_MAX_AGE_DAYS),
    "qt": Field("QT (ms)"),
    "rate": Field("Heart rate (per minute)"),
}
CALCULATORS = (
    Calculator(
        "Creatinine clearance (Cockcroft-Gault)",
        "mL/min",
        cockcroft_gault.FORMULA,
        ("creatinine", "age", "weight"),
        cockcroft_gault.crcl,
        by_sex=True,
    ),
    Calculator(
        "eGFR (CKD-EPI 2021)",
        "mL/min/1.73 m²",
        ckd_epi_2021.FORMULA,
        ("creatinine", "age"),
        ckd_epi_2021.egfr,
        by_sex=True,
    ),
    Calculator("Body mass index", "kg/m²", body_mass_index.FORMULA, ("weight", "height"), body_mass_index.bmi),
    Calculator(
        "Body surface area (Mosteller)", "m²", body_surface.FORMULA, ("height", "weight"), body_surface.mosteller
    ),
    Calculator(
        "Ideal body weight (Devine)", "kg", ideal_weight.FORMULA, ("height",), ideal_weight.ideal_weight, by_sex=True
    ),
    Calculator(
        "Calcium corrected for albumin",
        "mg/dL",
        corrected_calcium.FORMULA,
        ("calcium", "albumin"),
        corrected_calcium.corrected_calcium,
    ),
    Calculator(
        "Phenytoin corrected for albumin",
        "µg/mL",
        corrected_phenytoin.FORMULA,
        ("phenytoin", "albumin"),
        corrected_phenytoin.corrected_phenytoin,
    ),
    Calculator("QTc (Fridericia)", "ms", corrected_qt.FORMULA, ("qt", "rate"), corrected_qt.fridericia),
)


def results_of(values: Mapping[str, str]) -> tuple[Result, ...]:
    """Each result, or why there is none. A decimal comma is read as a point."""
    return tuple(_result(one, values) for one in CALCULATORS)


def _result(calculator: Calculator, values: Mapping[str, str]) -> Result:
    formula = calculator.formula
    try:
        inputs = [number(name, values.get(name, "")) for name in calculator.needs]
        value = calculator.compute(*inputs, *((values.get("sex") or None,) if calculator.by_sex else ()))
        shown = f"{_shown(value)} {calculator.unit}"
        return Result(calculator.name, shown, "", formula.whole, formula.source)
    except CannotCompute as error:
        return Result(calculator.name, "", str(error), formula.whole, formula.source)


def _shown(value: float) -> str:
    return f"{value:.0f}" if value >= 200 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def number(name: str, typed: str) -> float:
    """What was typed into the field; raises CannotCompute when that is nothing or no number."""
    label = FIELDS[name].label.partition(" (")[0]
    label = label if label.isupper() else label.lower()
    if not typed:
        raise CannotCompute(f"{label} is missing")
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        raise CannotCompute(f"{label} is not a number") from None
