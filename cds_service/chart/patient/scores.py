"""Scores whose items are yes, no or not known, filled in from the chart.

A list says what is there. What it does not say is not known, and never "no": only a clinician answers "no". While an
item is not known the score is a range, from its points without the items that are open to its points with them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from cds_service.chart.model import Chart
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.physiology import age_of, problems_of
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.tools import CannotCompute
from cds_service.tools.cha2ds2_vasc import StrokeRisks, cha2ds2_vasc
from cds_service.tools.has_bled import BleedingRisks, has_bled

KeysOf = Callable[[str], Collection[str]]  # RxCUI of an ingredient -> its keys, "class:nsaid" among them
Answers = Mapping[str, bool | None]  # None: not known
Answered = tuple[bool | None, str]  # with what of the chart it rests on, or what of it asks for an answer
CREATININE_MAX_AGE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Item:
    """`means`: conditions that answer yes, `past:` ones too. `asks`: those that are near it and answer nothing.

    `classes`: drugs on the medication list that answer yes. `above`: a measurement and the value from which it does.
    """

    label: str
    means: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    above: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """`items` by the names that `compute` knows them by. `compute`: (age in years, sex, answers) -> points."""

    name: str
    source: str
    items: Mapping[str, Item]
    compute: Callable[[float, str | None, Mapping[str, bool]], int]


@dataclass(frozen=True, slots=True)
class Range:
    """Points from `low` to `high`; they are one number when nothing is `open` (labels of items not known)."""

    low: int
    high: int
    open: tuple[str, ...] = ()

    @property
    def points(self) -> str:
        if self.low == self.high:
            return f"{self.low} points"
        return f"{self.low} to {self.high} points"


_STROKE = ("past:ischemic-stroke",)
SCORES: Mapping[str, Score] = {
    "cha2ds2-vasc": Score(
        "CHA2DS2-VASc",
        "Chest 2010;137:263-272",
        {
            "heart_failure": Item("heart failure", ("heart-failure", "hfref"), ("past:heart-failure",)),
            "hypertension": Item("hypertension", ("hypertension", "uncontrolled-hypertension"), ("past:hypertension",)),
            "diabetes": Item("diabetes", ("diabetes",), ("past:diabetes",)),
            "stroke_or_embolism": Item("stroke, TIA or systemic embolism, ever", (*_STROKE, "past:tia")),
            "vascular_disease": Item(
                "myocardial infarction, peripheral arterial disease or aortic plaque",
                *(("past:myocardial-infarction", "past:pad"), ("past:coronary-disease",)),
            ),
        },
        lambda age, sex, known: cha2ds2_vasc(age, sex, StrokeRisks(**known)),
    ),
    "has-bled": Score(
        "HAS-BLED",
        "Chest 2010;138:1093-1100",
        {
            "hypertension": Item(
                "systolic pressure above 160 mmHg", asks=("uncontrolled-hypertension", "hypertension")
            ),
            "kidney": Item(
                "dialysis, kidney transplant or creatinine of 2.26 mg/dL (200 µmol/L) or more",
                *(("dialysis", "past:kidney-transplant"), ("end-stage-kidney-disease", "ckd-severe")),
                above=("creatinine", 2.26),
            ),
            "liver": Item(
                "cirrhosis, or bilirubin over twice with transaminases over three times the upper limit",
                *(("cirrhosis", "decompensated-cirrhosis"), ("active-liver-disease", "chronic-liver-disease")),
            ),
            "stroke": Item("stroke, ever", _STROKE, asks=("past:intracranial-hemorrhage",)),
            "bleeding": Item(
                "major bleeding, ever, a tendency to bleed, or anaemia",
                ("past:intracranial-hemorrhage", "bleeding-disorder"),
                ("past:gi-bleed", "past:active-bleeding", "thrombocytopenia"),
            ),
            "labile_inr": Item("INR in range less than 60% of the time"),
            "drugs": Item("antiplatelet or NSAID", classes=("class:antiplatelet", "class:nsaid")),
            "alcohol": Item("8 or more drinks a week", asks=("alcohol-use",)),
        },
        lambda age, _sex, known: has_bled(age, BleedingRisks(**known)),
    ),
}


def charted_answers(score: Score, chart: Chart, keys_of: KeysOf) -> dict[str, Answered]:
    """Each item by name: True where the chart says so, None otherwise, and in words what was found."""
    return {name: _answered(item, chart, keys_of) for name, item in score.items.items()}


def range_of(score: Score, age: float | None, sex: str | None, answers: Answers) -> Range:
    """Raises CannotCompute when age or sex do not allow the score, or age is not known."""
    if age is None:
        raise CannotCompute("age is missing")
    least = {name: answers.get(name) is True for name in score.items}
    most = {name: answers.get(name) is not False for name in score.items}
    not_known = tuple(item.label for name, item in score.items.items() if answers.get(name) is None)
    return Range(score.compute(age, sex, least), score.compute(age, sex, most), not_known)


def charted_range(score: Score, chart: Chart, keys_of: KeysOf) -> Range:
    """The score as the chart alone has it. Raises like `range_of`."""
    age = age_of(chart)
    answers = {name: answer for name, (answer, _) in charted_answers(score, chart, keys_of).items()}
    return range_of(score, age.years if age else None, chart.patient.sex, answers)


def _answered(item: Item, chart: Chart, keys_of: KeysOf) -> Answered:
    sure = [one for _, one in problems_of(chart, item.means) if not one.tentative]
    if sure:
        return True, f"problem list: {sure[0].label}"
    drug = _taken(item, chart, keys_of)
    if drug:
        return True, f"medication list: {drug}"
    if item.above and (measured := _measured(chart, *item.above)):
        return True, measured
    near = [one for _, one in problems_of(chart, (*item.means, *item.asks))]
    if near:
        return None, f"on the problem list: {near[0].label}. Does it count?"
    if (item.means or item.asks) and not chart.problems.known:
        return None, f"problem list {chart.problems.missing}"
    return None, f"medication list {chart.medications.missing}" if item.classes and not chart.medications.known else ""


def _taken(item: Item, chart: Chart, keys_of: KeysOf) -> str:
    """The first drug of the item's classes that the patient takes; eye drops and gels are none."""
    wanted = frozenset(item.classes)
    for medication in chart.medications.items:
        if medication.ended or (medication.routes and medication.routes <= LOCAL_ROUTES):
            continue
        for drug in medication.drugs:
            if wanted.intersection(keys_of(drug.rxcui)):
                return drug.name
    return ""


def _measured(chart: Chart, kind: str, least: float) -> str:
    found = latest(chart, kind, CREATININE_MAX_AGE_DAYS)
    return found.found.shown if found.found and found.value is not None and found.value >= least else ""
