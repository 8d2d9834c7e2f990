"""Body surface area, by Mosteller and by DuBois, and a GFR freed of its index to 1.73 m2.

Sources: Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098,
doi:10.1056/NEJM198710223171717 (square root of height in cm x weight in kg / 3600); DuBois D, DuBois EF. A formula to
estimate the approximate surface area if height and weight be known. Arch Intern Med 1916;17:863-871 (0.007184 x
weight^0.425 x height^0.725); for the de-indexed GFR: FDA. Pharmacokinetics in patients with impaired renal function,
guidance for industry, 2024 (eGFR x body surface / 1.73, where a dose is compared with mL/min).
"""

from __future__ import annotations

from math import sqrt

from cds_service.tools import Formula, within

FORMULA = Formula(
    method="Mosteller", words="√(height in cm × weight in kg ÷ 3600)", source="Mosteller, N Engl J Med 1987;317:1098"
)

INDEX_M2 = 1.73


def mosteller(height_cm: float, weight_kg: float) -> float:
    """Body surface in m2. height_cm: 30 to 260; weight_kg: 1 to 500. Raises CannotCompute otherwise."""
    return sqrt(_height(height_cm) * _weight(weight_kg) / 3600)


def dubois(height_cm: float, weight_kg: float) -> float:
    """Body surface in m2. height_cm: 30 to 260; weight_kg: 1 to 500. Raises CannotCompute otherwise."""
    return float(0.007184 * _weight(weight_kg) ** 0.425 * _height(height_cm) ** 0.725)


def deindexed(gfr_per_173: float, surface_m2: float) -> float:
    """GFR in mL/min of a person of `surface_m2` (0.1 to 4 m2) from one in mL/min/1.73 m2 (1 to 250)."""
    gfr = within(gfr_per_173, 1, 250, "GFR (mL/min/1.73 m2)")
    return gfr * within(surface_m2, 0.1, 4, "body surface (m2)") / INDEX_M2


def _height(height_cm: float) -> float:
    return within(height_cm, 30, 260, "height (cm)")


def _weight(weight_kg: float) -> float:
    return within(weight_kg, 1, 500, "body weight (kg)")
