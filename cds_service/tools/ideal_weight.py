"""Ideal and adjusted body weight, for drugs and formulas that ask for one of them.

Sources: Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-655 (ideal weight: 50 kg for men or 45.5 kg
for women, and 2.3 kg for each inch above 60); Bauer LA, Edwards WA, Dellinger EP, Simonowitz DA. Influence of weight on
aminoglycoside pharmacokinetics in normal weight and morbidly obese patients. Eur J Clin Pharmacol 1983;24:643-647
(adjusted weight: ideal weight and 0.4 of what is above it).

The formula says nothing about people under 60 inches (152.4 cm), nor about children.
"""

from __future__ import annotations

from cds_service.tools import CannotCompute, Formula, within

FORMULA = Formula(
    method="Devine",
    words="50 kg (men) or 45.5 kg (women) + 2.3 kg for each inch above 60",
    source="Devine, Drug Intell Clin Pharm 1974;8:650-655",
)

_AT_60_INCHES = {"male": 50.0, "female": 45.5}
CM_PER_INCH = 2.54
_EXCESS_COUNTED = 0.4


def ideal_weight(height_cm: float, sex: str | None) -> float:
    """Ideal body weight in kg. height_cm: 152.4 to 230; sex: "female" or "male". Raises CannotCompute otherwise."""
    if sex not in _AT_60_INCHES:
        raise CannotCompute("sex is not known; ideal body weight needs female or male")
    height = within(height_cm, 152.4, 230, "height in cm for ideal body weight")
    return _AT_60_INCHES[sex] + 2.3 * (height / CM_PER_INCH - 60)


def adjusted_weight(actual_kg: float, height_cm: float, sex: str | None) -> float:
    """Adjusted body weight in kg for someone above the ideal weight; someone at or below it keeps the actual one.

    actual_kg: 20 to 500 kg; the rest as for `ideal_weight`.
    """
    actual, ideal = within(actual_kg, 20, 500, "body weight (kg)"), ideal_weight(height_cm, sex)
    return actual if actual <= ideal else ideal + _EXCESS_COUNTED * (actual - ideal)
