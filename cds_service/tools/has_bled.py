"""HAS-BLED: risk of major bleeding under anticoagulation in atrial fibrillation.

Source: Pisters R, Lane DA, Nieuwlaat R, de Vos CB, Crijns HJGM, Lip GYH. A novel user-friendly score (HAS-BLED) to
assess 1-year risk of major bleeding in patients with atrial fibrillation. Chest 2010;138:1093-1100,
doi:10.1378/chest.10-0134. Each item counts 1. A high score asks to correct what can be corrected; it is not by itself a
reason to withhold anticoagulation.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from cds_service.tools import within


@dataclass(frozen=True, slots=True)
class BleedingRisks:
    """What counts besides age; each has to be known.

    Hypertension: systolic above 160 mmHg. Kidney: dialysis, transplant, or creatinine of 200 umol/L or more. Liver:
    cirrhosis, or bilirubin over twice with transaminases over three times the upper limit. Labile INR: less than 60% of
    the time in range. Bleeding: major, ever, or a predisposition such as anaemia. Alcohol: 8 or more drinks a week.
    Drugs: antiplatelets or NSAIDs.
    """

    hypertension: bool
    kidney: bool
    liver: bool
    stroke: bool
    bleeding: bool
    labile_inr: bool
    drugs: bool
    alcohol: bool


def has_bled(age_years: float, risks: BleedingRisks) -> int:
    """0 to 9 points; age above 65 counts 1. age_years: 18 to 120. Raises CannotCompute otherwise."""
    items: tuple[bool, ...] = astuple(risks)
    return int(within(age_years, 18, 120, "age in years for HAS-BLED") > 65) + sum(items)
