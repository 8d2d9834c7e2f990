"""The calculators of the page: what each asks for, where its fields are filled in from, and its formula. Pure.

A further calculator is one line of FORMULAS, and its fields where they are new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cds_service.tools import CannotCompute
from cds_service.tools.body_mass_index import bmi
from cds_service.tools.body_surface import mosteller
from cds_service.tools.ckd_epi_2021 import egfr
from cds_service.tools.cockcroft_gault import crcl
from cds_service.tools.corrected_calcium import corrected_calcium
from cds_service.tools.corrected_phenytoin import corrected_phenytoin
from cds_service.tools.corrected_qt import fridericia
from cds_service.tools.ideal_weight import ideal_weight

MONTHS_3, YEAR, WEEKS_2 = 90, 365, 14  # days


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: the measurement that fills it in, at most `max_age` days old; empty for what is typed or computed."""

    label: str
    kind: str = ""
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class Formula:
    """`compute` takes the fields of `needs` in their order, and the sex after them where `by_sex`."""

    name: str
    unit: str
    words: str
    source: str
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
    "weight": Field("Weight (kg)", "weight", YEAR),
    "height": Field("Height (cm)", "height", YEAR),
    "creatinine": Field("Creatinine (mg/dL)", "creatinine", MONTHS_3),
    "calcium": Field("Total calcium (mg/dL)", "calcium", WEEKS_2),
    "albumin": Field("Albumin (g/dL)", "albumin", WEEKS_2),
    "phenytoin": Field("Phenytoin (µg/mL)", "phenytoin", WEEKS_2),
    "qt": Field("QT (ms)"),
    "rate": Field("Heart rate (per minute)"),
}
_KIDNEY = ("creatinine", "age", "weight")
FORMULAS = (
    Formula(
        *(
            "Creatinine clearance (Cockcroft-Gault)",
            "mL/min",
            "(140 − age) × weight ÷ (72 × creatinine), × 0.85 if female",
        ),
        *("Nephron 1976;16:31-41", _KIDNEY, crcl),
        by_sex=True,
    ),
    Formula(
        *("eGFR (CKD-EPI 2021)", "mL/min/1.73 m²", "from creatinine, age and sex, without race"),
        *("N Engl J Med 2021;385:1737-1749", ("creatinine", "age"), egfr),
        by_sex=True,
    ),
    Formula(
        *("Body mass index", "kg/m²", "weight ÷ height²"),
        *("Quetelet", ("weight", "height"), bmi),
    ),
    Formula(
        *("Body surface area (Mosteller)", "m²", "√(height × weight ÷ 3600)"),
        *("N Engl J Med 1987;317:1098", ("height", "weight"), mosteller),
    ),
    Formula(
        *("Ideal body weight (Devine)", "kg", "50 kg (men) or 45.5 kg (women) + 2.3 kg for each inch above 60"),
        *("Drug Intell Clin Pharm 1974;8:650-655", ("height",), ideal_weight),
        by_sex=True,
    ),
    Formula(
        *(
            "Calcium corrected for albumin",
            "mg/dL",
            "calcium + 0.8 × (4.0 − albumin); ionised calcium in the critically ill",
        ),
        *("BMJ 1973;4:643-646", ("calcium", "albumin"), corrected_calcium),
    ),
    Formula(
        *(
            "Phenytoin corrected for albumin",
            "µg/mL",
            "phenytoin ÷ (0.2 × albumin + 0.1); not with valproate or a clearance under 10",
        ),
        *("Sheiner and Tozer 1978", ("phenytoin", "albumin"), corrected_phenytoin),
    ),
    Formula(
        *("QTc (Fridericia)", "ms", "QT ÷ ∛(60 ÷ heart rate); not in atrial fibrillation or with a wide QRS"),
        *("Acta Med Scand 1920;53:469-486", ("qt", "rate"), fridericia),
    ),
)


def results_of(values: Mapping[str, str]) -> tuple[Result, ...]:
    """Each result, or why there is none. A decimal comma is read as a point."""
    return tuple(_result(formula, values) for formula in FORMULAS)


def _result(formula: Formula, values: Mapping[str, str]) -> Result:
    try:
        inputs = [number(name, values.get(name, "")) for name in formula.needs]
        value = formula.compute(*inputs, *((values.get("sex") or None,) if formula.by_sex else ()))
        return Result(formula.name, f"{_shown(value)} {formula.unit}", "", formula.words, formula.source)
    except CannotCompute as error:
        return Result(formula.name, "", str(error), formula.words, formula.source)


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
