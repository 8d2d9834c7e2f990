"""CHA2DS2-VASc: stroke risk in atrial fibrillation that is not valvular.

Source: Lip GYH, Nieuwlaat R, Pisters R, Lane DA, Crijns HJGM. Refining clinical risk stratification for predicting
stroke and thromboembolism in atrial fibrillation using a novel risk factor-based approach. Chest 2010;137:263-272,
doi:10.1378/chest.09-1584: heart failure, hypertension, diabetes, vascular disease, age 65 to 74 and female sex count 1
each; age 75 or more and previous stroke, TIA or thromboembolism count 2 each.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.tools import CannotCompute, within


@dataclass(frozen=True, slots=True)
class StrokeRisks:
    """What counts besides age and sex; each has to be known."""

    heart_failure: bool
    hypertension: bool
    diabetes: bool
    stroke_or_embolism: bool
    vascular_disease: bool


def cha2ds2_vasc(age_years: float, sex: str | None, risks: StrokeRisks) -> int:
    """0 to 9 points. age_years: 18 to 120; sex: "female" or "male". Raises CannotCompute otherwise."""
    if sex not in ("female", "male"):
        raise CannotCompute("sex is not known; CHA2DS2-VASc needs female or male")
    age = within(age_years, 18, 120, "age in years for CHA2DS2-VASc")
    points = 2 if age >= 75 else int(age >= 65)
    points += risks.heart_failure + risks.hypertension + risks.diabetes + risks.vascular_disease
    return points + 2 * risks.stroke_or_embolism + (sex == "female")
