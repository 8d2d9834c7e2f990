"""Rates of infusion in words: what is a rate, what is none, and how two of them compare."""

from __future__ import annotations

import pytest

from cds_service.terminology.infusion_rates import Rate, rates_in, rates_over


def rate(text: str) -> Rate:
    (found,) = rates_in(text)
    return found


@pytest.mark.parametrize(
    ("text", "hourly", "unit", "per_kilogram"),
    [
        ("norepinephrine 5 mcg/min iv", 300, "ug", False),
        ("dexmedetomidine 0.2 to 0.7 mcg/kg/hr", 0.7, "ug", True),
        ("propofol 5-50 \u00b5g/kg/min", 3000, "ug", True),
        ("heparin 25,000 units in 250 mL at 1,200 units/hour", 1200, "unit", False),
        ("heparin 18 units per kg per hour", 18, "unit", True),
        ("oxytocin 2 milliunits/min", 120, "milliunit", False),
        ("magnesium sulfate 2 g / hr", 2, "g", False),
        ("potassium chloride 10 mEq an hour", 10, "meq", False),
    ],
)
def test_a_rate_is_an_amount_in_an_hour(text: str, hourly: float, unit: str, per_kilogram: bool) -> None:
    found = rate(text)
    assert (found.amount, found.unit, found.per_kilogram) == (pytest.approx(hourly), unit, per_kilogram)


@pytest.mark.parametrize(
    "text",
    ["saline 125 mL/hr", "vancomycin 15 mg/kg every 12 hours", "gentamicin 5 mg/kg/day", "metformin 500 mg bid", ""],
)
def test_volumes_and_doses_are_no_rates(text: str) -> None:
    assert list(rates_in(text)) == []


@pytest.mark.parametrize(
    ("one", "other", "kilograms", "times"),
    [
        ("600 mcg/min", "1 mg/min", None, 0.6),
        ("60 mg/h", "1 mg/min", None, 1),
        ("7 mcg/min", "0.1 mcg/kg/min", 70, 1),
        ("0.1 mcg/kg/min", "3.5 mcg/min", 70, 2),
        ("7 mcg/min", "0.1 mcg/kg/min", None, None),
        ("20 milliunits/min", "0.01 units/min", None, 2),
        ("10 mEq/h", "10 mg/h", None, None),
    ],
)
def test_rates_compare_across_units_and_by_weight(
    one: str, other: str, kilograms: float | None, times: float | None
) -> None:
    found = rate(one).in_terms_of(rate(other), kilograms)
    assert found == (None if times is None else pytest.approx(times))


@pytest.mark.parametrize(
    ("text", "hourly", "unit", "per_kilogram"),
    [
        ("vancomycin 2 g iv over 30 minutes once", 4, "g", False),
        ("phenytoin 1,000 mg in 250 mL over an hour", 1000, "mg", False),
        ("potassium chloride 40 mEq in 100 mL NS iv over 1-2 hours", 40, "meq", False),
        ("fosphenytoin 1500 mg PE over at least 10 minutes", 9000, "mg", False),
        ("vancomycin 15 mg/kg iv over 90 min", 10, "mg", True),
        ("vancomycin 1 g vial: 500 mg iv over 30 minutes", 1000, "mg", False),
    ],
)
def test_a_dose_over_a_time_is_a_rate_too(text: str, hourly: float, unit: str, per_kilogram: bool) -> None:
    (found,) = rates_over(text)
    assert (found.amount, found.unit, found.per_kilogram) == (pytest.approx(hourly), unit, per_kilogram)


@pytest.mark.parametrize(
    "text", ["methylprednisolone 1 g iv daily over 3 days", "250 mL over 1 hour", "5 mg over 0 min"]
)
def test_days_volumes_and_no_time_make_no_rate(text: str) -> None:
    assert list(rates_over(text)) == []
