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


def likeliest(knowledge: Knowledge, name: str, *problems: str, routes: frozenset[str] = frozenset()) -> str | None:
    drug = knowledge.names.drugs[knowledge.names.by_name[name]]
    found = fits(knowledge, [drug], [Entry(problem) for problem in (*problems, *DISTRACTORS)], routes)
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
        # titles of ICD-9 and ICD-10: what they deny is not there, what they qualify still is
        ("donepezil", ["Dementia in conditions classified elsewhere without behavioral disturbance"], 0),
        ("guanfacine", ["Dementia in conditions classified elsewhere without behavioral disturbance"], None),
        ("alendronate", ["Other and unspecified hyperlipidemia", "Age-related osteoporosis without fracture"], 1),
        ("metformin", ["Cushing syndrome", "Diabetes mellitus without mention of complication, type II or NOS"], 1),
        ("bicalutamide", ["Migraine with aura", "Malignant tumor of the prostate"], 1),
        # a bracket explains, an index turns its words round more than once
        ("atenolol", ["HTN (benign)", "Lower limb length difference"], 0),
        ("imatinib", ["Anemia, Sickle Cell", "Leukemia, Myeloid, Chronic"], 1),
        ("bosentan", ["Hypertension, pulmonary, primary"], 0),
        ("lisinopril", ["Hypertension, pulmonary, primary"], None),
        # a problem that is named among much else comes before a neighbour of it
        ("budesonide", ["Acute bronchitis", "Moderate persistent asthma, uncomplicated"], 1),
        # words that only look like a problem
        ("lamotrigine", ["Acquired absence of both cervix and uterus"], None),
        ("clonazepam", ["Essential hypertension"], None),
        ("linezolid", ["Sebaceous cyst"], None),
        ("amoxicillin", ["Need for prophylactic vaccination and inoculation against influenza"], None),
        # what a label ties to a narrow state, or bars, is no offer for the whole problem
        ("mifepristone", ["Diabetes mellitus type 2"], None),
        ("methyltestosterone", ["Malignant neoplasm of breast"], None),
        ("allopurinol", ["Carcinoma of lung"], None),
        ("mitotane", ["Cushing syndrome", "Carcinoma of adrenal cortex"], 1),
        ("vismodegib", ["Basal cell carcinoma of skin"], 0),
    ],
)
def test_the_problem_is_one_that_a_row_names(knowledge, drug, problems, expected):
    assert likeliest(knowledge, drug, *problems) == (None if expected is None else problems[expected])


@pytest.mark.parametrize(
    ("drug", "route", "problems", "expected"),
    [
        ("timolol", "ophthalmic", ["Essential hypertension", "Open-angle glaucoma"], 1),
        ("timolol", "ophthalmic", ["Essential hypertension"], None),
        ("ciprofloxacin", "oral", ["Bacterial conjunctivitis", "Urinary tract infection"], 1),
        ("ciprofloxacin", "ophthalmic", ["Urinary tract infection", "Bacterial conjunctivitis"], 1),
        ("fluticasone", "nasal", ["Asthma"], None),
        ("prednisolone", "oral", ["Anterior uveitis"], 0),
        # a spray that is for no nose
        ("sumatriptan", "nasal", ["Allergic rhinitis", "Migraine"], 1),
        ("testosterone", "topical", ["Hypogonadism"], 0),
    ],
)
def test_what_is_put_at_one_place_is_for_a_problem_there(knowledge, drug, route, problems, expected):
    found = likeliest(knowledge, drug, *problems, routes=frozenset({route}))
    assert found == (None if expected is None else problems[expected])


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
