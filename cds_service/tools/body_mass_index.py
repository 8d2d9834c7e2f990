"""Body mass index.

Source: WHO. Obesity: preventing and managing the global epidemic. Technical Report Series 894, Geneva 2000 (weight in
kg divided by the square of height in m). The number means nothing for children without their age and sex.
"""

from __future__ import annotations

from cds_service.tools import Formula, within

FORMULA = Formula(words="weight ÷ height²", source="WHO Technical Report Series 894, 2000")


def bmi(weight_kg: float, height_cm: float) -> float:
    """kg/m2. weight_kg: 1 to 500; height_cm: 30 to 260. Raises CannotCompute otherwise."""
    weight, height = within(weight_kg, 1, 500, "body weight (kg)"), within(height_cm, 30, 260, "height (cm)")
    return weight / (height / 100) ** 2
