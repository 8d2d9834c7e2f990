"""The sig reader: what it reads, what it leaves out, and that it never guesses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.terminology.directions.reading import MAX_LENGTH
from cds_service.terminology.sig import Sig, read_sig

NAMES = st.sampled_from(["metformin", "famotidine", "vitamin b12", "omega-3", "bactrim ds", "amox"])
FREQUENCIES = {
    "daily": 1,
    "once daily": 1,
    "qd": 1,
    "q.d.": 1,
    "every day": 1,
    "qhs": 1,
    "nightly at bedtime": 1,
    "bid": 2,
    "b.i.d.": 2,
    "BID": 2,
    "twice daily": 2,
    "two times a day": 2,
    "2x/day": 2,
    "tid": 3,
    "3 times daily": 3,
    "qid": 4,
    "q6h": 4,
    "every 8 hours": 3,
    "q4-6h": 6,
    "q 12 hrs": 2,
    "every other day": 0.5,
    "q48h": 0.5,
    "every 3 days": 1 / 3,
    "weekly": 1 / 7,
    "once a week": 1 / 7,
    "3 times a week": 3 / 7,
    "every 2 weeks": 1 / 14,
}


def stated(sig: Sig) -> tuple[object, ...]:
    return (sig.dose_value, sig.dose_unit, sig.times_per_day, sig.prn, sig.duration_days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bactrim ds bid x 10d", (None, None, 2, False, 10)),
        ("famotidine 20 mg once daily", (20, "mg", 1, False, None)),
        ("1-2 tabs q4-6h prn", (2, "tablet", 6, True, None)),
        ("Ibuprofen 600mg PO q 6 hours as needed for pain", (600, "mg", 4, True, None)),
        ("cephalexin 500 mg qid x 7 days", (500, "mg", 4, False, 7)),
        ("nitrofurantoin 100 mg two times daily for 5-7 days", (100, "mg", 2, False, 7)),
        ("doxycycline 100 mg bid x 2 weeks", (100, "mg", 2, False, 14)),
        ("omega-3 1 g daily", (1, "g", 1, False, None)),
        ("vitamin b12 1000 mcg daily", (1000, "ug", 1, False, None)),
        ("half tab lisinopril 20 mg qd", (0.5, "tablet", 1, False, None)),
        ("take 2 po bid", (2, None, 2, False, None)),
        ("percocet 5/325 1 tab q6h prn", (1, "tablet", 4, True, None)),
        ("novolin 70/30 20 units bid", (20, "unit", 2, False, None)),
        ("tylenol #3 1 tab q4h", (1, "tablet", 6, False, None)),
        ("amoxicillin 400 mg/5 ml 10 ml bid", (10, "mL", 2, False, None)),
        ("hydrocortisone 1% bid", (None, None, 2, False, None)),
        ("insulin 10u qhs", (10, "unit", 1, False, None)),
        ("furosemide 40 mg bid 8am 2pm", (40, "mg", 2, False, None)),
        ("enoxaparin 1 mg/kg q12h", (1, "mg/kg", 2, False, None)),
        ("vancomycin 15 mg/kg/dose q12h", (15, "mg/kg", 2, False, None)),
        ("warfarin 5 mg mwf", (5, "mg", pytest.approx(3 / 7), False, None)),
        ("ibuprofen 800 mg once", (800, "mg", None, None, None)),
        ("famotidine", (None, None, None, None, None)),
        ("", (None, None, None, None, None)),
    ],
)
def test_simple_text_is_read(text, expected):
    assert stated(read_sig(text)) == expected


@pytest.mark.parametrize(("phrase", "times"), FREQUENCIES.items())
def test_a_frequency_is_read(phrase, times):
    assert read_sig(f"famotidine 20 mg {phrase}").times_per_day == pytest.approx(times)


@pytest.mark.parametrize(
    ("text", "milligrams"),
    [
        ("metformin 500 mg 2 tabs bid", 2000),
        ("metformin 500 mg tablet take 1 tablet by mouth twice daily with meals", 1000),
        ("lisinopril 10 mg 1/2 tab daily", 5),
        ("metformin 500 mg take 2 po bid", 2000),
        ("metformin 1000 mg/day", 1000),
        ("vancomycin 1,000 mg q12h", 2000),
        ("levothyroxine 50 mcg daily", 0.05),
        ("famotidine 20 mg every other day", 10),
        ("gabapentin 300-600 mg tid", 1800),
        ("ibuprofen 600 mg q4-6h prn", 3600),
        ("famotidine 20 mg bid #60 refills 3", 40),
        ("1 1/2 tabs lisinopril 10 mg daily", 15),
        ("acetaminophen 650 mg q4h max 3 g per day", 3000),
        ("acetaminophen 500 mg 2 tabs q4h max 8 tabs per day", 4000),
        ("acetaminophen 650 mg q6h max 4 g per day", 2600),
    ],
)
def test_the_daily_dose_is_the_most_that_the_text_allows(text, milligrams):
    daily = read_sig(text).daily("mg")
    assert daily is not None
    assert daily.value == pytest.approx(milligrams)


@pytest.mark.parametrize("text", ["metformin 1000 bid", "amox 500 tid", "levothyroxine 50 daily"])
def test_an_assumed_unit_is_marked_and_left_out_unless_asked_for(text):
    sig = read_sig(text)
    assert sig.unit_assumed
    assert sig.dose_unit == "mg"
    assert sig.daily("mg") is None
    assert sig.daily("mg", assume=True) is not None


def test_a_bare_number_without_a_name_before_it_is_no_dose():
    assert read_sig("500 tid").dose_value is None


@pytest.mark.parametrize(
    "text",
    [
        "amoxicillin-clavulanate 875-125 bid",
        "lisinopril-hctz 20-12.5 mg daily",
        "percocet 5-325 mg q6h prn",
        "digoxin 0,125 mg daily",
        "amox 500 tid x 10",
        "metformin 500 mg 1000 mg bid",
        "famotidine 0 mg daily",
        "metformin 500 mg 2 bid",
    ],
)
def test_a_number_that_is_not_accounted_for_leaves_the_dose_out_and_says_so(text):
    sig = read_sig(text)
    assert sig.dose_value is None
    assert sig.daily("mg", assume=True) is None
    assert sig.reason


@pytest.mark.parametrize(
    "text",
    [
        "prednisone 40 mg taper",
        "prednisone 40 mg daily then 20 mg daily",
        "insulin lispro sliding scale",
        "heparin 18 units/kg/hr",
        "metoprolol 25 mg bid hold if HR < 60",
        "metformin 500 mg bid and 1000 mg hs",
        "increase lisinopril to 20 mg daily",
        "change famotidine from 40 mg to 20 mg daily",
        "warfarin 5 mg daily except sunday",
        "gabapentin titrate 300 mg daily",
        "amox 500 mg or 875 mg bid",
        "methotrexate 15 mg biweekly",
        "azithromycin 500 mg day 1; 250 mg days 2-5",
        "warfarin as directed",
    ],
)
def test_a_dose_that_changes_or_depends_is_not_read_at_all(text):
    sig = read_sig(text)
    assert stated(sig) == (None, None, None, None, None)
    assert sig.reason


@pytest.mark.parametrize("text", ["famotidine 20 mg bid qhs", "famotidine 20 mg daily tid", "metformin 500 mg bid q8h"])
def test_two_frequencies_are_none(text):
    assert read_sig(text).times_per_day is None
    assert read_sig(text).reason


def test_numbers_in_other_scripts_and_long_texts_are_refused():
    assert read_sig("metformin \u0665\u0660\u0660 mg bid").reason
    assert read_sig("metformin 500 mg bid " + "x" * MAX_LENGTH).reason


def test_a_mass_is_never_multiplied_by_the_strength_that_stands_beside_it():
    sig = read_sig("acetaminophen 500 mg tablet 500 mg by mouth every 6 hours")
    assert (float(sig.daily("mg").value), float(sig.single("mg").value)) == (2000, 500)
    counted = read_sig("lisinopril 10 mg tablet take 2 tablets daily")
    assert (float(counted.daily("mg").value), float(counted.single("mg").value)) == (20, 20)


def test_a_dose_in_units_or_forms_has_no_daily_milligrams():
    assert read_sig("insulin glargine 20 units qhs").daily("mg") is None
    assert read_sig("bactrim ds 1 tab bid").daily("mg") is None
    assert read_sig("metformin 500 mg").daily("mg") is None


@settings(deadline=None)  # the machine may be busy
@given(NAMES, st.integers(1, 999), st.sampled_from(sorted(FREQUENCIES)), st.integers(1, 90))
def test_what_is_written_simply_is_read_exactly(name, dose, phrase, days):
    sig = read_sig(f"{name} {dose} mg {phrase} x {days} days")
    assert stated(sig) == (dose, "mg", pytest.approx(FREQUENCIES[phrase]), False, days)
    assert not sig.unit_assumed
    assert sig.reason is None


OTHER_THAN_ONE = st.integers(0, 9999).filter(lambda number: number != 1)  # "1 weekly" is "once weekly"


@settings(deadline=None)
@given(NAMES, st.integers(1, 999), st.sampled_from(sorted(FREQUENCIES)), OTHER_THAN_ONE, st.data())
def test_one_more_number_anywhere_never_yields_a_dose(name, dose, phrase, number, data):
    words = f"{name} {dose} mg | {phrase}".split(" | ")
    words.insert(data.draw(st.integers(0, len(words))), str(number))
    sig = read_sig(" ".join(words))
    assert sig.daily("mg", assume=True) is None


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("0123456789 .,/-#%mgqhxbidt", max_size=40))
def test_any_text_is_read_or_left_out_but_never_breaks(text):
    sig = read_sig(text)
    assert sig.dose_value is None or sig.dose_value > 0
    assert sig.times_per_day is None or 0 < sig.times_per_day <= 24
    assert sig.duration_days is None or sig.duration_days > 0
    daily = sig.daily("mg", assume=True)
    assert daily is None or daily.value > 0


@settings(deadline=None)
@given(NAMES, st.integers(1, 999), st.sampled_from(sorted(FREQUENCIES)))
def test_case_and_spacing_do_not_matter(name, dose, phrase):
    text = f"{name} {dose} mg {phrase}"
    assert stated(read_sig(text)) == stated(read_sig("  " + text.upper().replace(" ", "  ")))


@pytest.mark.parametrize(
    "text",
    [
        *("normal saline 125 mL/h iv", "heparin 18 units/kg/h iv", "oxytocin 2 milliunits/min", "oxytocin 2 mU/min iv"),
        *("oxygen 2 L/min", "potassium chloride 10 mEq/h iv x 4 h", "magnesium sulfate 2 g per hour iv"),
        *("treprostinil 10 ng/kg/min", "morphine 2 mg per hour", "insulin 0.1 units/kg/h", "dopamine 5 mcg/kg/min"),
        *("phenytoin 1 g iv at 50 mg/min", "esmolol 500 mcg/kg over 1 min then 50 mcg/kg/min"),
    ],
)
def test_a_rate_over_time_is_never_read_as_a_dose(text: str) -> None:
    sig = read_sig(text)
    assert (sig.dose_value, sig.times_per_day, sig.daily("mg"), sig.daily("mg", assume=True)) == (None,) * 4


@pytest.mark.parametrize(
    ("text", "dose", "times"),
    [
        ("vancomycin 1 g iv over 60 min q12h", 1.0, 2.0),
        ("cefepime 2 g iv over 3h q8h", 2.0, 3.0),
        ("meropenem 1 g iv q8h over 3 h", 1.0, 3.0),
        ("magnesium sulfate 2 g iv over 2 h", 2.0, None),
        ("iron sucrose 200 mg iv over 2.5 h", 200.0, None),
        ("amiodarone 900 mg iv over 24 h", 900.0, None),
    ],
)
def test_how_long_an_infusion_runs_is_no_frequency(text: str, dose: float, times: float | None) -> None:
    sig = read_sig(text)
    assert (sig.dose_value, sig.times_per_day) == (dose, times)
