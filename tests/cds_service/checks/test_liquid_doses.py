"""Doses in millilitres count by what a mL holds; one whose concentration nobody states is said not to be compared."""

from __future__ import annotations

import pytest

from cds_service.chart import Chart
from cds_service.terminology.sig import concentration_in, read_sig
from tests.cds_service.checks.safety_cases import not_assessed, said
from tests.charts import chart, data, observation, person, request


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("amoxicillin 400 mg/5 mL", (80.0, "mg")),
        ("amoxicillin 80 MG/ML Oral Suspension", (80.0, "mg")),
        ("digoxin 50 mcg per mL", (50.0, "ug")),
        ("heparin 5,000 units/mL", (5000.0, "unit")),
        ("vancomycin 1 g/250 mL", (0.004, "g")),
        ("morphine 10 mg/5 mL or 20 mg/5 mL", None),
        ("amoxicillin 500 mg tid", None),
        ("infuse 10 mg/kg/mL", None),
    ],
)
def test_a_concentration_is_what_one_millilitre_holds(text: str, held: tuple[float, str] | None) -> None:
    assert concentration_in(text) == held


@pytest.mark.parametrize(
    ("text", "milligrams"),
    [
        ("drug 400 mg/5 mL 15 mL po tid", 3600.0),
        ("drug 160 mg/5 mL, give 6 mL q6h prn", 768.0),
        ("drug 15 mL (1200 mg) po tid", 3600.0),
        ("drug 15 mL po tid", None),
    ],
)
def test_a_volume_counts_by_what_it_holds(text: str, milligrams: float | None) -> None:
    daily = read_sig(text).daily("mg")
    assert (None if daily is None else round(float(daily.value), 3)) == milligrams


def test_a_single_bolus_into_a_vein_is_a_dose_and_another_bolus_is_not_guessed() -> None:
    assert read_sig("drug 50000 units iv bolus").dose_value == 50000
    assert read_sig("drug 5 units bolus with meals").reason


def child(text: str) -> Chart:
    weight = observation("29463-7", 16.0, "kg")
    return chart(request(text), patient=data(person("2022-10-01")), vitals=data(weight), medications=data())


def test_an_overdose_in_millilitres_is_found_by_weight() -> None:
    rules = [one.rule for one in said("dose-by-weight", child("amoxicillin 400 mg/5 mL 15 mL po tid"))]
    assert rules == ["kg-amoxicillin"]
    assert said("dose-by-weight", child("amoxicillin 400 mg/5 mL 7 mL po bid")) == []


def test_millilitres_without_a_concentration_are_said_not_to_be_compared() -> None:
    assert "how much a mL holds is not stated" in not_assessed("dose-by-weight", child("amoxicillin 15 mL po tid"))[0]
