"""Calculators filled in from the chart: what is there with its day, what is missing by name, nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smart_app.ask.calculators import filled_in
from smart_app.ask.formulas import CALCULATORS, FIELDS, results_of
from smart_app.ask.scoring import items
from tests import charts
from tests.smart_app.browser import hidden_fields, words
from tests.smart_app.house import House
from tests.smart_app.patient.test_this_patient import SCOPE, at, drug, lab, of

WEIGHT = {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "Weight"}}
HEIGHT = {"code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}], "text": "Height"}}


def test_fields_come_from_the_chart_with_their_day_and_units(house: House) -> None:
    today = datetime.now(UTC).date().isoformat()
    house.ehr.resources = {
        "Observation": of(
            "calc",
            lab(1, 168, today, unit="µmol/L"),
            lab(2, 61, "2026-11-01", unit="kg", **WEIGHT),
            lab(3, 170, "2019-11-01", unit="cm", **HEIGHT),
        )
    }
    browser, page = at(house, "calc", "/calculators")
    assert 'name="creatinine" type="text" inputmode="decimal" size="8" value="1.9"' in page
    assert 'name="weight" type="text" inputmode="decimal" size="8" value="61"' in page and "on 1 Nov 2026" in page
    assert "is older than 365 days" in page and "Body mass index Not computed: height is missing" in words(page)
    assert "no albumin on record" in page
    form = {**hidden_fields(page), "age": "78", "sex": "male", "weight": "61", "creatinine": "1,9", "height": "170"}
    form |= {"calcium": "7.6", "albumin": "2", "phenytoin": "8", "qt": "400", "rate": "60"}
    seen = words(browser.post("/calculators", form).text)
    for result in ("27.6 mL/min", "21.1 kg/m²", "1.70 m²", "65.9 kg", "9.20 mg/dL", "16.0 µg/mL", "400 ms"):
        assert result in seen


def test_what_may_not_be_read_is_said(house: House) -> None:
    _, page = at(house, "calc-2", "/calculators", "launch openid fhirUser patient/Patient.r")
    assert "The EHR did not allow this app to read it." in page


LISTS = f"{SCOPE} patient/Condition.rs"


def test_scores_and_sums_come_from_the_lists_and_answers_narrow_them(house: House) -> None:
    stroke = {"resourceType": "Condition", "id": "c1", "code": {"text": "history of stroke"}}
    opioids = drug(1, "oxycodone 10 mg tablet four times daily"), drug(2, "buprenorphine 8 mg sublingual daily")
    house.ehr.resources = {"Condition": of("calc-3", stroke), "MedicationRequest": of("calc-3", *opioids)}
    browser, page = at(house, "calc-3", "/calculators", LISTS)
    seen = words(page)
    assert "problem list: history of stroke" in seen and "Incomplete, not known: heart failure; hypertension" in seen
    assert "at least 60 MME a day" in seen and "Not counted: buprenorphine (no factor)." in seen
    answers = dict.fromkeys((name for name in items() if name.startswith("cha2ds2-vasc")), "no")
    answers |= {"cha2ds2-vasc.stroke_or_embolism": "yes", "age": "76", "sex": "male"}
    seen = words(browser.post("/calculators", {**hidden_fields(page), **answers, "has-bled.drugs": "maybe"}).text)
    assert "CHA2DS2-VASc 4 points all items are known" in seen and "HAS-BLED 1 to 9 points" in seen
    assert "at least 60 MME a day" in seen


def test_lists_that_may_not_be_read_are_no_lists_without_entries(house: House) -> None:
    _, page = at(house, "calc-4", "/calculators", "launch openid fhirUser patient/Patient.r")
    assert "problem list could not be read" in page
    assert "Not read: results, vital signs, medication list, problem list. The EHR did not allow" in words(page)
    assert "Morphine equivalents (MME) Not computed: medication list could not be read" in words(page)
    _, page = at(house, "calc-5", "/calculators", SCOPE)
    assert "Not read: problem list. The EHR did not allow" in words(page)


@pytest.mark.parametrize("value", ["", "abc", "-1", "1e400", "nan", "99999"])
def test_odd_numbers_compute_nothing(value: str) -> None:
    found = results_of({"sex": "male", **dict.fromkeys(FIELDS, value)})
    assert [one.value for one in found] == [""] * len(CALCULATORS) and all(one.why_not for one in found)


def test_an_unknown_sex_is_never_assumed() -> None:
    found = results_of({"age": "78", "sex": "", "weight": "61", "creatinine": "1.9"})
    assert not found[0].value and "sex is not known" in found[0].why_not


@pytest.mark.parametrize(("born", "filled"), [("2020-06-01", False), ("", False), ("1958-06-01", True)])
def test_a_child_has_outgrown_its_measures(born: str, filled: bool) -> None:
    sizes = charts.data(charts.weight(61), charts.observation("8302-2", 170, "cm"))
    values, origins = filled_in(
        charts.chart(focus=None, patient=charts.data(charts.person(born or None)), vitals=sizes)
    )
    assert bool(values["weight"]) is bool(values["height"]) is filled
    assert ("weigh and measure now" in origins["weight"]) is not filled
