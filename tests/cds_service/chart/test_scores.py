"""Scores and sums filled in from the chart: absent is not known, never no; what is not counted is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.chart import Chart, Supplied
from cds_service.chart.patient.calculators import calculators_for, lists_about
from cds_service.chart.patient.loads import loads_of
from cds_service.chart.patient.scores import SCORES, charted_answers, charted_range, range_of
from cds_service.tools import CannotCompute
from tests import charts

STROKE, BLEED = SCORES["cha2ds2-vasc"], SCORES["has-bled"]
keys_of = charts.knowledge().names.keys_of


def condition(label: str, **members: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": label, "code": {"text": label}, **members}


def listed(*problems: Any, medicines: tuple[str, ...] = (), born: str = "1956-05-01", **more: Supplied) -> Chart:
    """Problems as labels or resources, medicines as they are written; the patient is a woman of 70."""
    made = [one if isinstance(one, dict) else condition(one) for one in problems]
    taken = [charts.request(text, id=f"m{number}", status="active") for number, text in enumerate(medicines)]
    lists = {"problems": charts.data(*made), "medications": charts.data(*taken)}
    return charts.chart(focus=None, **{"patient": charts.data(charts.person(born)), **lists, **more})


# Lip and others: age 65 to 74 and female sex are 2 points, hypertension and diabetes 1 each; with all items 8.
@pytest.mark.parametrize(
    ("problems", "low", "high"),
    [
        ((), 2, 8),
        (("hypertension", "type 2 diabetes"), 4, 8),
        (("history of stroke",), 4, 8),
        (("TIA", "stroke"), 4, 8),
        (("peripheral arterial disease", "CHF"), 4, 8),
        (("pulmonary hypertension", "no history of stroke", "DVT"), 2, 8),
        (("portal hypertension", "ocular hypertension", "central diabetes insipidus", "heat stroke"), 2, 8),
        ((condition("stroke", verificationStatus={"coding": [{"code": "provisional"}]}),), 2, 8),
        ((condition("diabetes", clinicalStatus={"coding": [{"code": "resolved"}]}), "angina"), 2, 8),
    ],
)
def test_a_list_answers_yes_and_leaves_the_rest_open(problems: tuple[Any, ...], low: int, high: int) -> None:
    found = charted_range(STROKE, listed(*problems), keys_of)
    assert (found.low, found.high) == (low, high) and found.points == f"{low} to {high} points"


@pytest.mark.parametrize(
    ("name", "problems", "medicines", "creatinine", "answer", "said"),
    [
        ("drugs", (), ("ibuprofen 400 mg tablet three times daily",), 1, True, "medication list: ibuprofen"),
        ("drugs", (), ("clopidogrel 75 mg daily",), 1, True, "medication list: clopidogrel"),
        ("drugs", (), ("diclofenac 1% gel topical",), 1, None, ""),
        ("drugs", (), ("warfarin 5 mg daily",), 1, None, ""),
        ("kidney", (), (), 2.3, True, "2.3 mg/dL"),
        ("kidney", (), (), 2.2, None, ""),
        ("kidney", ("CKD stage 4",), (), 2.2, None, "on the problem list: CKD stage 4. Does it count?"),
        ("kidney", ("hemodialysis",), (), 1, True, "problem list: hemodialysis"),
        ("liver", ("cirrhosis",), (), 1, True, "problem list: cirrhosis"),
        ("alcohol", ("alcohol use disorder",), (), 1, None, "Does it count?"),
        ("hypertension", ("hypertension",), (), 1, None, "Does it count?"),
        ("bleeding", ("history of GI bleed",), (), 1, None, "Does it count?"),
        ("bleeding", ("subdural hematoma",), (), 1, True, "problem list: subdural hematoma"),
        ("bleeding", ("thrombocytopenia",), (), 1, None, "Does it count?"),
        ("stroke", ("hemorrhagic stroke",), (), 1, None, "on the problem list: hemorrhagic stroke. Does it count?"),
        ("labile_inr", (), ("warfarin",), 1, None, ""),
    ],
)
def test_what_answers_an_item_is_named(
    name: str, problems: tuple[str, ...], medicines: tuple[str, ...], creatinine: float, answer: bool | None, said: str
) -> None:
    chart = listed(*problems, medicines=medicines, labs=charts.data(charts.creatinine(creatinine)))
    found, words = charted_answers(BLEED, chart, keys_of)[name]
    assert found is answer and (said in words if said else not words)


def test_a_list_that_could_not_be_read_is_said() -> None:
    answers = charted_answers(BLEED, listed(problems=Supplied("failed"), medications=Supplied("failed")), keys_of)
    assert answers["liver"] == (None, "problem list could not be read")
    assert answers["drugs"] == (None, "medication list could not be read")


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
@given(data=st.data())
def test_an_answer_only_narrows_the_range(score: Any, data: Any) -> None:
    answers = data.draw(st.fixed_dictionaries(dict.fromkeys(score.items, st.sampled_from((True, False, None)))))
    name = data.draw(st.sampled_from(sorted(score.items)))
    wide = range_of(score, 80, "male", {**answers, name: None})
    narrow = range_of(score, 80, "male", {**answers, name: data.draw(st.booleans())})
    assert wide.low <= narrow.low <= narrow.high <= wide.high and narrow.high - narrow.low < wide.high - wide.low
    assert (narrow.low == narrow.high) is (not narrow.open)


@pytest.mark.parametrize(("age", "sex"), [(None, "female"), (70, None), (7, "female")])
def test_without_age_or_sex_there_is_no_range(age: float | None, sex: str | None) -> None:
    with pytest.raises(CannotCompute):
        range_of(STROKE, age, sex, {})


@pytest.mark.parametrize(
    ("medicines", "shown", "uncounted"),
    [
        ((), "0 MME a day", ()),
        (("oxycodone 10 mg tablet four times daily",), "60 MME a day", ()),
        (
            ("oxycodone 10 mg tablet four times daily", "tramadol 50 mg tablet four times daily"),
            "100 MME a day",
            (),
        ),
        (
            ("oxycodone 10 mg tablet four times daily", "buprenorphine 8 mg sublingual daily"),
            "at least 60 MME a day",
            ("buprenorphine (no factor)",),
        ),
        (("buprenorphine 8 mg sublingual daily",), "", ("buprenorphine (no factor)",)),
        (("fentanyl 25 mcg/hr patch",), "60 MME a day", ()),
        (("fentanyl patch",), "", ("fentanyl (rate not known)",)),
        (("morphine",), "", ("morphine (dose not known)",)),
        (("morphine 2 mg IV every 4 hours",), "", ("morphine (injection)",)),
        (("zzyzxol 5 mg daily",), "", ("zzyzxol 5 mg daily (not recognised)",)),
    ],
)
def test_morphine_equivalents_name_what_they_do_not_count(
    medicines: tuple[str, ...], shown: str, uncounted: tuple[str, ...]
) -> None:
    opioids, _ = loads_of(listed(medicines=medicines), keys_of)
    assert (opioids.shown, opioids.uncounted) == (shown, uncounted) and bool(opioids.why_not) is not bool(shown)


def test_anticholinergic_burden_names_what_is_not_on_its_scale() -> None:
    taken = ("amitriptyline 25 mg nightly", "oxybutynin 5 mg tablet", "apixaban 5 mg", "atropine eye drops")
    _, burden = loads_of(listed(medicines=taken), keys_of)
    assert burden.shown == "at least 6 points" and burden.counted == ("amitriptyline 3", "oxybutynin 3")
    assert burden.uncounted == ("apixaban (not on the scale)", "atropine (given locally)")


def test_sums_of_a_list_that_could_not_be_read_are_not_known() -> None:
    for load in loads_of(listed(medications=Supplied("failed")), keys_of):
        assert not load.shown and load.why_not == "medication list could not be read"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("CHA2DS2-VASc?", ["CHA2DS2-VASc"]),
        ("has-bled score", ["HAS-BLED"]),
        ("apixaban in atrial fibrillation", ["CHA2DS2-VASc", "HAS-BLED"]),
        ("how many MME?", ["Morphine equivalents (MME)"]),
        ("anticholinergic burden", ["Anticholinergic burden"]),
        ("does metronidazole raise the INR?", []),
    ],
)
def test_a_question_brings_the_scores_and_sums_that_it_is_about(question: str, names: list[str]) -> None:
    found = list(calculators_for(question, listed(medicines=("oxybutynin 5 mg tablet",)), keys_of))
    assert [one.name for one in found] == names and lists_about(question) is bool(names)
    assert all(one.value is not None or one.bounds for one in found)
