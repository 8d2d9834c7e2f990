"""Each condition, washout, dose and route that an interaction row may have, by a case and its near miss."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart import Chart
from cds_service.findings import Finding
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.knowledge.kinds.monitors import Monitor
from tests.cds_service.checks.safety_cases import case, loudest, said
from tests.charts import chart, data, knowledge, person, request

CHECK = "drug-interaction"
Given = dict[str, Any]

CONDITIONS: list[tuple[str, tuple[str, ...], Given, str]] = [
    # warfarin with an NSAID: gastroprotection lowers; age, a steroid, a bleed on the list raise it again
    ("ibuprofen 600 mg tid", ("warfarin 5 mg",), {}, "warning"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg"), {}, "info"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "misoprostol 200 mcg qid"), {}, "info"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "famotidine 20 mg"), {}, "warning"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg"), {"age": 65}, "warning"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg"), {"age": 64}, "info"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg", "prednisone 10 mg"), {}, "warning"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg"), {"problems": ("GI bleed",)}, "warning"),
    ("ibuprofen 600 mg tid", ("warfarin 5 mg", "omeprazole 20 mg"), {"problems": ("Hypertension",)}, "info"),
    ("warfarin 5 mg daily", ("naproxen 500 mg bid", "pantoprazole 40 mg"), {}, "info"),
    ("diclofenac 1% gel qid", ("warfarin 5 mg",), {}, "silent"),
    # an implant fails with an inducer, a system in the uterus does not
    ("carbamazepine 200 mg bid", ("Nexplanon 68 MG Drug Implant",), {}, "warning"),
    ("carbamazepine 200 mg bid", ("Mirena 52 MG Intrauterine System",), {}, "silent"),
    # a result that raises potassium drugs, and one that is too old or too low to
    ("potassium chloride 20 mEq daily", ("lisinopril 10 mg",), {"labs": {"potassium": 5.3}}, "warning"),
    ("potassium chloride 20 mEq daily", ("lisinopril 10 mg",), {"labs": {"potassium": 4.3}}, "info"),
    # colchicine: contraindicated beside inhibitors when the kidney is impaired
    ("clarithromycin 500 mg bid", ("colchicine 0.6 mg daily",), {"labs": {"egfr": 40}}, "critical"),
    ("clarithromycin 500 mg bid", ("colchicine 0.6 mg daily",), {"labs": {"egfr": 90}}, "warning"),
    ("cyclosporine 100 mg bid", ("colchicine 0.6 mg daily",), {"labs": {"egfr": 59}}, "critical"),
    ("azithromycin 500 mg daily", ("colchicine 0.6 mg daily",), {"labs": {"egfr": 40}}, "silent"),
    # sildenafil: several doses a day or the diagnosis mean pulmonary hypertension, where the pair is contraindicated
    ("sildenafil 20 mg tid", ("darunavir 800 mg daily", "ritonavir 100 mg daily"), {}, "critical"),
    ("sildenafil 50 mg prn", ("darunavir 800 mg daily", "ritonavir 100 mg daily"), {}, "warning"),
    ("sildenafil 20 mg", ("ritonavir 100 mg daily",), {"problems": ("Pulmonary arterial hypertension",)}, "critical"),
    ("cobicistat 150 mg daily", ("sildenafil 20 mg tid",), {}, "critical"),
    # both into a vein, which has to be known
    ("diltiazem 20 mg iv once", ("metoprolol 5 mg iv q6h",), {}, "critical"),
    ("diltiazem 20 mg iv once", ("metoprolol 25 mg bid",), {}, "warning"),
    ("metoprolol 5 mg iv q6h", ("verapamil 80 mg po tid",), {}, "warning"),
    ("verapamil 5 mg iv once", ("esmolol 50 mcg/kg/min",), {}, "critical"),
    ("verapamil 80 mg tid", ("timolol 0.5% 1 drop ou bid",), {}, "info"),
    # age
    ("calcium gluconate 200 mg iv q6h", ("ceftriaxone 150 mg iv q24h",), {"age": 0}, "silent"),
    ("levofloxacin 500 mg daily", ("prednisone 20 mg daily",), {"age": 75}, "info"),
    ("ciprofloxacin 500 mg bid", ("tizanidine 4 mg tid",), {}, "critical"),
    ("levofloxacin 500 mg daily", ("tizanidine 4 mg tid",), {}, "info"),
]

DOSES = [
    ("simvastatin 20 mg qhs", "diltiazem 120 mg daily", "warning"),
    ("simvastatin 10 mg qhs", "diltiazem 120 mg daily", "silent"),
    ("simvastatin 10 mg qhs", "verapamil 120 mg bid", "silent"),
    ("simvastatin 40 mg qhs", "amiodarone 200 mg daily", "warning"),
    ("simvastatin 20 mg qhs", "amiodarone 200 mg daily", "silent"),
    ("simvastatin 40 mg qhs", "amlodipine 5 mg daily", "info"),
    ("simvastatin 20 mg qhs", "amlodipine 5 mg daily", "silent"),
    ("simvastatin 20 mg qhs", "ranolazine 500 mg bid", "silent"),
    ("simvastatin 40 mg qhs", "ranolazine 500 mg bid", "warning"),
    ("lovastatin 40 mg qhs", "amiodarone 200 mg daily", "silent"),
    ("lovastatin 80 mg qhs", "amiodarone 200 mg daily", "warning"),
    ("lovastatin 20 mg qhs", "diltiazem 120 mg daily", "silent"),
    ("simvastatin", "diltiazem 120 mg daily", "warning"),  # a dose that is not known is not known to be low enough
    ("citalopram 40 mg daily", "cimetidine 400 mg bid", "info"),
    ("citalopram 20 mg daily", "cimetidine 400 mg bid", "silent"),
    ("aspirin 325 mg daily", "ticagrelor 90 mg bid", "warning"),
    ("aspirin 81 mg daily", "ticagrelor 90 mg bid", "silent"),
    # as lists name what is taken, without a frequency
    ("aspirin 81 MG Delayed Release Oral Tablet", "ticagrelor 90 MG Oral Tablet", "silent"),
    ("aspirin 325 MG Oral Tablet", "ticagrelor 90 MG Oral Tablet", "warning"),
    ("ASA 81", "ticagrelor 90 mg bid", "silent"),
    ("baby aspirin", "ticagrelor 90 mg bid", "silent"),
    ("low-dose aspirin 162 mg", "ticagrelor 90 mg bid", "warning"),
    ("aspirin", "ticagrelor 90 mg bid", "warning"),
    ("simvastatin 20 MG Oral Tablet", "amlodipine 5 MG Oral Tablet", "silent"),
    ("simvastatin 40 MG Oral Tablet", "amlodipine 5 MG Oral Tablet", "info"),
    # a drug that is taken more than once a day, or once a week: without a frequency its dose is not known to be low
    ("acetaminophen 500 MG Oral Tablet", "warfarin 5 MG Oral Tablet", "info"),
    ("ibuprofen 400 MG Oral Tablet", "methotrexate 2.5 MG Oral Tablet", "warning"),
    ("ibuprofen 400 mg tid", "methotrexate 15 mg weekly", "info"),
    ("acetaminophen 1000 mg tid x 7 days", "warfarin 5 mg daily", "info"),
    ("acetaminophen 500 mg bid x 7 days", "warfarin 5 mg daily", "off"),
    ("acetaminophen 1000 mg tid x 2 days", "warfarin 5 mg daily", "off"),
    ("pravastatin 80 mg daily", "clarithromycin 500 mg bid", "info"),
    ("pravastatin 40 mg daily", "clarithromycin 500 mg bid", "silent"),
]

# What was stopped, for how many days it still counts, and what is ordered then.
WASHOUTS = [
    ("phenelzine 15 mg tid", 14, "sertraline 50 mg daily"),
    ("tranylcypromine 10 mg bid", 14, "venlafaxine 75 mg daily"),
    ("isocarboxazid 10 mg bid", 14, "amitriptyline 25 mg qhs"),
    ("phenelzine 15 mg tid", 14, "methylphenidate 10 mg bid"),
    ("phenelzine 15 mg tid", 14, "meperidine 50 mg q4h prn"),
    ("phenelzine 15 mg tid", 14, "sumatriptan 50 mg prn"),
    ("phenelzine 15 mg tid", 14, "fluoxetine 20 mg daily"),
    ("fluoxetine 20 mg daily", 35, "phenelzine 15 mg tid"),
    ("fluoxetine 20 mg daily", 35, "rasagiline 1 mg daily"),
    ("fluoxetine 20 mg daily", 35, "moclobemide 150 mg bid"),
    ("vortioxetine 10 mg daily", 21, "phenelzine 15 mg tid"),
    ("sertraline 50 mg daily", 14, "tranylcypromine 10 mg bid"),
    ("selegiline 5 mg bid", 14, "sertraline 50 mg daily"),
    ("moclobemide 150 mg bid", 1, "sertraline 50 mg daily"),
    ("procarbazine 50 mg daily", 14, "methylphenidate 10 mg bid"),
    ("phenelzine 15 mg tid", 14, "linezolid 600 mg bid"),
    ("lisinopril 10 mg daily", 2, "sacubitril/valsartan 49 mg-51 mg bid"),
    ("sacubitril/valsartan 49 mg-51 mg bid", 2, "enalapril 5 mg bid"),
    ("amiodarone 200 mg daily", 90, "warfarin 5 mg daily"),
    ("amiodarone 200 mg daily", 90, "digoxin 0.25 mg daily"),
    ("amiodarone 200 mg daily", 90, "simvastatin 40 mg qhs"),
    ("amiodarone 200 mg daily", 90, "sofosbuvir/velpatasvir 400 mg-100 mg daily"),
    ("tadalafil 20 mg prn", 2, "nitroglycerin 0.4 mg sl prn"),
    ("oxycodone 5 mg q6h", 10, "naltrexone 50 mg daily"),
    ("rifampin 600 mg daily", 14, "ranolazine 500 mg bid"),
]

ROUTES = [
    ("miconazole 2% vaginal cream nightly", "warfarin 5 mg daily", "warning"),
    ("miconazole 2% cream topically bid", "warfarin 5 mg daily", "silent"),
    ("metronidazole 500 mg po bid", "warfarin 5 mg daily", "warning"),
    ("metronidazole 0.75% gel topically bid", "warfarin 5 mg daily", "silent"),
    ("ketoconazole 2% shampoo twice weekly", "simvastatin 40 mg qhs", "silent"),
    ("ketoconazole 200 mg po daily", "simvastatin 40 mg qhs", "critical"),
    ("erythromycin 0.5% ophthalmic ointment qid", "simvastatin 40 mg qhs", "silent"),
    ("erythromycin 500 mg po qid", "simvastatin 40 mg qhs", "critical"),
    ("ciprofloxacin 0.3% otic drops bid", "tizanidine 4 mg tid", "silent"),
    ("timolol 0.5% ophthalmic drops bid", "verapamil 120 mg tid", "info"),
    ("metoprolol 50 mg po bid", "verapamil 120 mg tid", "warning"),
    ("vancomycin 125 mg po qid", "tobramycin 400 mg iv daily", "silent"),
    ("vancomycin 1 g iv q12h", "tobramycin 400 mg iv daily", "warning"),
    ("tobramycin 0.3% ophthalmic drops q4h", "furosemide 40 mg po daily", "silent"),
    ("cyclosporine 0.05% ophthalmic emulsion bid", "simvastatin 40 mg qhs", "silent"),
    ("tacrolimus 0.1% ointment bid", "clarithromycin 500 mg po bid", "silent"),
    ("dihydroergotamine 4 mg/ml nasal spray", "clarithromycin 500 mg po bid", "critical"),
    ("ketorolac 15.75 mg nasal spray q6h", "warfarin 5 mg daily", "warning"),
    ("nitroglycerin 0.4 mg/hr patch daily", "sildenafil 50 mg prn", "critical"),
    ("nitroglycerin 2% ointment 1 inch q6h", "sildenafil 50 mg prn", "critical"),
    ("fentanyl 25 mcg/hr patch q72h", "clarithromycin 500 mg po bid", "warning"),
    ("fluticasone nasal spray daily", "ritonavir 100 mg po daily", "warning"),
    ("diphenhydramine 2% cream tid", "metoprolol 50 mg po bid", "silent"),
    ("doxepin 5% cream tid", "sertraline 50 mg po daily", "silent"),
]


@pytest.mark.parametrize(("order", "medications", "given", "expected"), CONDITIONS)
def test_a_condition_of_a_row_decides(order: str, medications: tuple[str, ...], given: Given, expected: str) -> None:
    assert loudest(CHECK, case(order, *medications, **given)) == expected


@pytest.mark.parametrize(("one", "other", "expected"), DOSES)
def test_a_dose_limit_speaks_above_it_whichever_is_ordered(one: str, other: str, expected: str) -> None:
    assert loudest(CHECK, case(one, other)) == expected
    assert loudest(CHECK, case(other, one)) == expected


@pytest.mark.parametrize(("stopped", "days", "order"), WASHOUTS)
def test_a_stopped_drug_counts_to_the_last_day_of_its_washout(stopped: str, days: int, order: str) -> None:
    assert loudest(CHECK, case(order, stopped={stopped: days})) in ("warning", "critical")
    assert loudest(CHECK, case(order, stopped={stopped: days + 1})) == "silent"


@pytest.mark.parametrize(
    ("stopped", "order"),
    [
        ("sumatriptan 50 mg prn", "phenelzine 15 mg tid"),  # only the MAO inhibitor has to be washed out
        ("meperidine 50 mg q4h", "phenelzine 15 mg tid"),
        ("ibuprofen 600 mg tid", "warfarin 5 mg daily"),
        ("clarithromycin 500 mg bid", "simvastatin 40 mg qhs"),
        ("naltrexone 50 mg daily", "oxycodone 5 mg q6h"),
    ],
)
def test_a_stopped_drug_without_a_washout_does_not_count(stopped: str, order: str) -> None:
    assert loudest(CHECK, case(order, stopped={stopped: 1})) == "silent"


@pytest.mark.parametrize(("order", "medication", "expected"), ROUTES)
def test_the_route_decides_whether_drugs_meet(order: str, medication: str, expected: str) -> None:
    assert loudest(CHECK, case(order, medication)) == expected
    assert loudest(CHECK, case(medication, order)) == expected


def test_what_a_condition_rests_on_is_on_the_card() -> None:
    (found,) = said(CHECK, case("clarithromycin 500 mg bid", "colchicine 0.6 mg daily", labs={"egfr": 40}))
    assert [fact.value for fact in found.facts if fact.label == "eGFR"] == ["40 mL/min/1.73m2"]
    (found,) = said(CHECK, case("ibuprofen 600 mg tid", "warfarin 5 mg", "omeprazole 20 mg", age=70))
    assert "70 years" in [fact.value for fact in found.facts]


def test_a_drug_that_a_model_read_does_not_count_as_protection() -> None:
    given = case("ibuprofen 600 mg tid", "warfarin 5 mg", "omeprazol 20 mg")  # a misspelling nobody has confirmed
    assert loudest(CHECK, given) == "warning"


def monitors(found: Finding) -> set[str]:
    offered = [proposal for proposal in found.proposals if proposal.intent == "monitor"]
    return {test["text"] for proposal in offered for test in proposal.content["tests"]}


def test_digoxin_with_cyclosporine_offers_the_level() -> None:
    (found,) = said(CHECK, case("cyclosporine 100 mg bid", "digoxin 0.25 mg daily"))
    assert found.display == "warning" and "digoxin level" in monitors(found)


def member(key: str) -> str:
    """An ingredient that a side of a row means."""
    names = knowledge().names
    rxcui = next(one for one in sorted(names.drugs) if key in names.keys_of(one))
    return names.drugs[rxcui].name


def test_every_row_of_action_monitor_is_quiet_once_its_tests_are_ordered() -> None:
    rows = [row for row in knowledge().all(Interaction) if row.action == "monitor" and row.monitor and not row.when]
    assert len(rows) > 100
    for row in rows:
        wanted = [(f"t{number}", knowledge().keyed(Monitor)[key].loinc) for number, (key, _) in enumerate(row.monitor)]
        drug, other = (f"{member(side)}{' iv' if row.routes == {'injection'} else ''}" for side in (row.a, row.b))
        taken = data(request(other, id="m1", status="active"))
        alone = chart(request(drug), medications=taken)
        tested = chart(request(drug), *(laboratory(*one) for one in wanted), medications=taken)
        assert row.id not in [found.rule for found in said(CHECK, tested)], row.id
        assert said(CHECK, alone) != [], row.id


def laboratory(id: str, loinc: str) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": loinc}]}
    return {"resourceType": "ServiceRequest", "id": id, "status": "draft", "intent": "order", "code": code}


def test_calcium_and_ceftriaxone_are_barred_in_the_first_28_days_alone() -> None:
    def of(born: str) -> Chart:
        taken = request("ceftriaxone 150 mg iv q24h", id="m1", status="active")
        order = request("calcium gluconate 200 mg iv q6h")
        return chart(order, patient=data(person(born)), medications=data(taken), problems=data())

    assert loudest(CHECK, of("2026-10-26")) == "critical", "28 days"
    assert loudest(CHECK, of("2026-10-24")) == "silent", "30 days"
