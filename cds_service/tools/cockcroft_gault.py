"""Creatinine clearance by the Cockcroft-Gault formula.

Source: Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41,
doi:10.1159/000180580:

    CrCl = (140 - age) x weight / (72 x Scr) [15% less in females]

with age in years, weight in kg and Scr in mg/dL. Derived from patients aged 18 to 92, nearly all of them men, with a
stable creatinine. The paper used actual weight; which weight is meant (actual, ideal, adjusted) is the caller's choice,
because labels differ, and the caller names it on the card.
"""

from __future__ import annotations

from cds_service.tools import CannotCompute, Formula, within

FORMULA = Formula(
    method="Cockcroft-Gault",
    words="(140 − age) × weight ÷ (72 × creatinine)",
    if_female="× 0.85",
    source="Cockcroft and Gault, Nephron 1976;16:31-41",
)

_FACTORS = {"female": 0.85, "male": 1.0}


def crcl(creatinine_mg_dl: float, age_years: float, weight_kg: float, sex: str | None) -> float:
    """Creatinine clearance in mL/min (not indexed to body surface), not rounded.

    creatinine_mg_dl: 0.1 to 30 mg/dL. age_years: 18 to 120. weight_kg: 20 to 500 kg. sex: "female" or "male".
    Raises CannotCompute for anything else; a sex that is not known is never assumed.
    """
    if sex not in _FACTORS:
        raise CannotCompute("sex is not known; the Cockcroft-Gault formula needs female or male")
    creatinine = within(creatinine_mg_dl, 0.1, 30, "serum creatinine (mg/dL)")
    age = within(age_years, 18, 120, "age in years for the Cockcroft-Gault formula")
    weight = within(weight_kg, 20, 500, "body weight (kg)")
    return (140 - age) * weight / (72 * creatinine) * _FACTORS[sex]
