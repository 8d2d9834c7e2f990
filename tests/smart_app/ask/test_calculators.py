"""Calculators filled in from the chart: what is there with its day, what is missing by name, nothing guessed."""

from __future__ import annotations

import pytest

from smart_app.ask.calculators import results_of
from tests.smart_app.browser import hidden_fields, words
from tests.smart_app.house import House
from tests.smart_app.patient.test_this_patient import at, lab, of

WEIGHT = {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "Weight"}}


def test_fields_come_from_the_chart_with_their_day_and_units(house: House) -> None:
    house.ehr.resources = {"Observation": of("calc", lab(1, 168, unit="µmol/L"), lab(2, 61, unit="kg", **WEIGHT))}
    browser, page = at(house, "calc", "/calculators")
    assert 'name="creatinine" type="text" inputmode="decimal" size="8" value="1.9"' in page
    assert 'name="weight" type="text" inputmode="decimal" size="8" value="61"' in page and "on 1 Nov 2026" in page
    assert "not in the chart" in page and "Body mass index Not computed" in words(page)
    form = {**hidden_fields(page), "age": "78", "sex": "male", "weight": "61", "creatinine": "1,9", "height": "170"}
    seen = words(browser.post("/calculators", form).text)
    assert "27.6 mL/min" in seen and "21.1 kg/m²" in seen


def test_what_may_not_be_read_is_said(house: House) -> None:
    _, page = at(house, "calc-2", "/calculators", "launch openid fhirUser patient/Patient.r")
    assert "The EHR did not allow this app to read it." in page


@pytest.mark.parametrize("value", ["", "abc", "-1", "1e400", "nan", "99999"])
def test_odd_numbers_compute_nothing(value: str) -> None:
    found = results_of({"age": "78", "sex": "male", "weight": value, "creatinine": value, "height": value})
    assert [one.value for one in found] == ["", "", ""] and all(one.why_not for one in found)


def test_an_unknown_sex_is_never_assumed() -> None:
    found = results_of({"age": "78", "sex": "", "weight": "61", "creatinine": "1.9"})
    assert not found[0].value and "sex is not known" in found[0].why_not
