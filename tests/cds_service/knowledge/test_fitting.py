"""Which problem an order treats is found by cited rows, and none is said when none fits."""

from __future__ import annotations

import pytest

from cds_service.knowledge.fitting import Entry, fits
from cds_service.knowledge.kinds.indications import Indication, TreatedProblem, indications_of
from cds_service.knowledge.knowledge import Knowledge
from cds_service.terminology.systems import ICD10CM
from tests import charts

DISTRACTORS = ("Ingrown toenail", "Benign neoplasm of colon", "Routine gynecologic examination")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return charts.knowledge()


def likeliest(knowledge: Knowledge, name: str, *problems: str) -> str | None:
    drug = knowledge.names.drugs[knowledge.names.by_name[name]]
    found = fits(knowledge, [drug], [Entry(problem) for problem in (*problems, *DISTRACTORS)])
    return (*problems, *DISTRACTORS)[found[0].at] if found else None


@pytest.mark.parametrize(
    ("drug", "problems", "expected"),
    [
        ("metformin", ["Hypothyroidism", "Diabetes mellitus type II, uncontrolled"], 1),
        ("metformin", ["Type 1 diabetes mellitus"], None),
        ("levothyroxine", ["Hyperlipidemia", "Hashimoto's thyroiditis"], 1),
        ("amlodipine", ["Pulmonary hypertension"], None),
        ("amlodipine", ["Essential hypertension", "Raynaud's phenomenon"], 0),
        ("trazodone", ["Insomnia", "Major depression, recurrent"], 1),
        ("trazodone", ["Insomnia", "Hip fracture"], 0),
        ("nitrofurantoin", ["Acute cystitis", "Cellulitis of leg"], 0),
        ("latanoprost", ["Ocular hypertension", "Essential hypertension"], 0),
        ("warfarin", ["Gout", "Atrial fibrillation", "Asthma"], 1),
        ("cetirizine", ["Heart failure", "Parkinson's disease"], None),
        ("ferrous sulfate", ["Iron deficiency anemia", "Pernicious anemia"], 0),
        ("cyanocobalamin", ["Iron deficiency anemia", "Pernicious anemia"], 1),
        ("carbidopa", ["HTN", "DM2", "GERD", "Afib", "PD"], 4),
        ("oxybutynin", ["HLD", "OAB", "BPH"], 1),
        # singular and plural, British and American, and the order of an index are one
        ("nitrofurantoin", ["Hyperlipidaemias", "Urinary Tract Infections"], 1),
        ("prednisone", ["Oedema of eyelid", "Lupus Erythematosus, Systemic"], 1),
        # what stands beside a problem points to it, and less than the problem's own name does
        ("buspirone", ["Insomnia", "Generalized anxiety disorder, severe, unspecified"], 1),
        ("bosentan", ["Scleroderma", "Secondary pulmonary hypertension"], 1),
        ("sildenafil", ["Scleroderma"], 0),
        # words that say where and how badly do not make an entry another one's lesser
        ("cephalexin", ["Sebaceous cyst", "Acute cellulitis of left lower leg"], 1),
        ("celecoxib", ["Hormone receptor positive malignant breast cancer of upper outer quadrant"], None),
    ],
)
def test_the_problem_is_one_that_a_row_names(knowledge, drug, problems, expected):
    assert likeliest(knowledge, drug, *problems) == (None if expected is None else problems[expected])


def test_a_code_is_enough(knowledge):
    drug = knowledge.names.drugs[knowledge.names.by_name["allopurinol"]]
    entries = [Entry("", ((ICD10CM, "J45.909"),)), Entry("", ((ICD10CM, "M1A.0710"),))]
    assert [fit.at for fit in fits(knowledge, [drug], entries)] == [1]


def test_a_combination_is_for_what_one_of_its_parts_is_for(knowledge):
    drugs = [knowledge.names.drugs[knowledge.names.by_name[name]] for name in ("lisinopril", "hydrochlorothiazide")]
    assert fits(knowledge, drugs, [Entry("Hypertension")])[0].row.source


def test_an_answer_does_not_hang_on_the_order_of_the_list(knowledge):
    problems = ["Insomnia", "Major depression", "Anxiety"]
    assert likeliest(knowledge, "sertraline", *problems) == likeliest(knowledge, "sertraline", *reversed(problems))


def test_a_drug_of_its_own_rows_does_not_take_those_of_its_class(knowledge):
    tadalafil = knowledge.names.drugs[knowledge.names.by_name["tadalafil"]]
    assert all(row.drug == tadalafil.rxcui for row in indications_of(knowledge, tadalafil))


def test_every_treated_problem_is_treated_by_something(knowledge):
    named = {key for row in knowledge.all(Indication) for key in row.problems}
    assert {row.id for row in knowledge.all(TreatedProblem)} == named


def test_no_row_gives_a_problem_twice(knowledge):
    for row in knowledge.all(Indication):
        assert len(set(row.problems)) == len(row.problems), row.id
