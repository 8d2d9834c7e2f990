"""A dose by body weight, and whether a child's recorded weight can be meant in kilograms.

Source of the weights: CDC growth charts for the United States, 2000 (NCHS, www.cdc.gov/growthcharts): the median for
age, mean of both sexes, rounded to the half kilogram. They serve one purpose: a weight of more than twice the median is
so rare, and one recorded in pounds as if it were in kilograms so common (1 kg is 2.2 lb), that it must be checked
before a dose is judged by it.
"""

from __future__ import annotations

from itertools import pairwise

from cds_service.tools import within

# (age in years, median weight in kg)
_MEDIANS = (
    *((0.0, 3.5), (0.25, 6.0), (0.5, 7.5), (0.75, 9.0), (1.0, 10.0), (2.0, 12.5), (3.0, 14.5), (4.0, 16.0)),
    *((5.0, 18.0), (6.0, 20.5), (7.0, 23.0), (8.0, 25.5), (9.0, 28.5), (10.0, 32.5), (11.0, 36.5), (12.0, 41.0)),
    *((13.0, 46.0), (14.0, 50.0), (15.0, 54.0), (16.0, 57.5), (17.0, 60.0), (18.0, 62.5)),
)
_TOO_HEAVY, _TOO_LIGHT = 2.0, 0.4


def milligrams_per_kilogram(dose_mg: float, weight_kg: float) -> float:
    """mg/kg. dose_mg: 0 to 100,000; weight_kg: 0.3 to 500. Raises CannotCompute otherwise."""
    return within(dose_mg, 0, 100_000, "dose (mg)") / within(weight_kg, 0.3, 500, "body weight (kg)")


def median_weight(age_years: float) -> float:
    """Median weight in kg of a child of this age (0 to 18 years). Raises CannotCompute otherwise."""
    age = within(age_years, 0, 18, "age in years for a median weight")
    for (below, light), (above, heavy) in pairwise(_MEDIANS):
        if age <= above:
            return light + (heavy - light) * (age - below) / (above - below)
    return _MEDIANS[-1][1]


def is_plausible_for_age(weight_kg: float, age_years: float) -> bool:
    """False for a child's weight of more than twice, or less than 0.4 of, the median for age."""
    median = median_weight(age_years)
    return _TOO_LIGHT * median <= weight_kg <= _TOO_HEAVY * median
