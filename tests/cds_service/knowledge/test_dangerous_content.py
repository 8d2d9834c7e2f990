"""Every dangerous content mistake that we know of, and what would show it: a case with its silent twin, or a lint.

`MISTAKES` is the list of issue 5 with its cases, `GUARDS` what looks for the same mistakes over whole tables. The cases
stand in `tests/acceptance/vignettes`, are typed orders and are answered over HTTP there; here each is asked once more
with the drug's code beside the text. What only the tables can show is read from them here.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.kinds.interactions import interactions_between
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.kinds.release_limits import ReleaseLimit
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.knowledge.rows import Cited
from tests.acceptance.cases import VIGNETTES, Vignette, vignettes
from tests.charts import knowledge
from tests.hook_calls import RXNORM
from tests.running_service import RunningService

# As issue 5 names them -> the cases that would show them, where they do not name the mistake themselves.
MISTAKES: dict[str, tuple[str, ...]] = {
    "methotrexate per day instead of week": ("methotrexate-every-day",),
    "mcg and mg": ("levothyroxine-milligrams", "digoxin-ten-fold"),
    "mEq and mmol": ("potassium-two-hundred", "potassium-chloride-potassium-5-9"),
    "creatinine x88.4": (),
    "strength basis": ("acetaminophen-in-percocet",),
    "eGFR put for CrCl": ("dabigatran-clearance-12", "rivaroxaban-20-clearance-35", "edoxaban-clearance-over-95"),
    "apixaban's two of three, atrial fibrillation only": ("apixaban-two-of-three",),
    "band gaps and < against <=": (),
    "immediate and extended release merged": (),
    "class over-expansion": ("simvastatin-clarithromycin", "clopidogrel-omeprazole"),
    "route": ("timolol-drops-asthma", "warfarin-vaginal-miconazole", "vincristine-intrathecal"),
    "washout": ("fluoxetine-after-phenelzine", "sacubitril-on-lisinopril"),
    "cefazolin is unique": (),
    "shared side chains": ("amoxicillin-cefadroxil", "ampicillin-cephalexin", "ceftazidime-aztreonam"),
    "codeine nausea and non-antibiotic sulfonamides": ("codeine-anaphylaxis-morphine", "sulfa-cotrimoxazole"),
    "no known allergies": (),
    "renewals, basal and bolus, immediate and extended release": ("lisinopril-twice", "two-basal-insulins"),
    "DOAC with enoxaparin": ("apixaban-enoxaparin",),
    "doNotPerform and plan intents": (),
    "old MME factors": ("oxycodone-one-hundred-eighty",),
    "buprenorphine not counted": (),
    "age and weight units": ("amoxicillin-child-ten-fold",),
    "ceftriaxone and calcium in newborns": (),
}

# The same mistakes -> tests, by module and name, that look for them over all rows or beyond the cases.
_CHECKS, _TERMS = "tests.cds_service.checks", "tests.cds_service.terminology"
_DOSES = f"{_CHECKS}.test_doses:test_a_maximum_is_silent_at_the_usual_dose_and_loud_at_ten_times_that"
GUARDS: dict[str, tuple[str, ...]] = {
    "methotrexate per day instead of week": (f"{_CHECKS}.test_doses:test_methotrexate_may_be_daily_in_leukemia_alone",),
    "mcg and mg": (_DOSES, f"{_CHECKS}.test_doses:test_milligrams_for_micrograms_are_a_slip_and_critical"),
    "mEq and mmol": (f"{_CHECKS}.test_lab_gated:test_units_travel_with_their_values",),
    "creatinine x88.4": (f"{_TERMS}.test_units:test_known_conversions",),
    "strength basis": (
        f"{_CHECKS}.test_strength_basis:test_a_limit_is_silent_at_the_usual_number_of_tablets_and_loud_at_ten_times_that",
        f"{_CHECKS}.test_strength_basis:test_an_amount_is_compared_in_what_it_is_counted_in",
        f"{_TERMS}.test_paired_strength:test_what_leaves_several_or_none_is_not_guessed",
    ),
    "eGFR put for CrCl": (f"{_CHECKS}.test_renal_bands:test_anticoagulants_go_by_clearance_and_never_by_egfr",),
    "band gaps and < against <=": (
        f"{_CHECKS}.test_renal_bands:test_a_band_begins_with_its_lowest_value_and_ends_before_its_highest",
        f"{_CHECKS}.test_renal_bands:test_or_less_holds_the_number_itself",
    ),
    "immediate and extended release merged": (
        f"{__name__}:test_a_limit_of_one_release_differs_from_that_of_the_other",
    ),
    "class over-expansion": (f"{__name__}:test_a_class_is_not_spread_over_the_member_that_is_different",),
    "route": (f"{_CHECKS}.test_interaction_conditions:test_the_route_decides_whether_drugs_meet",),
    "washout": (
        f"{_CHECKS}.test_interaction_conditions:test_a_stopped_drug_counts_to_the_last_day_of_its_washout",
        f"{_CHECKS}.test_interaction_conditions:test_a_stopped_drug_without_a_washout_does_not_count",
    ),
    "shared side chains": (f"{_CHECKS}.test_allergy_cases:test_the_case_is_met_as_it_should_be",),
    "renewals, basal and bolus, immediate and extended release": (
        f"{_CHECKS}.test_duplicate_cases:test_orders_that_are_one_therapy_or_none_are_no_duplicate",
    ),
    "doNotPerform and plan intents": (
        f"{_CHECKS}.test_duplicate_cases:test_two_drafts_of_one_drug_are_a_duplicate_and_a_plan_beside_is_not",
    ),
    "old MME factors": (f"{_CHECKS}.test_doses:test_opioids_are_counted_with_the_factors_of_2022",),
    "age and weight units": (f"{_CHECKS}.test_doses:test_without_a_usable_weight_it_says_that_it_could_not_look",),
    "inverted or wrong-formulation citations": (
        f"{__name__}:test_a_label_that_is_cited_is_that_of_a_drug_of_the_row",
        "tests.cds_service.knowledge.test_shipped_tables:"
        "test_an_interaction_that_cites_a_label_cites_that_of_one_of_its_drugs",
        "tests.cds_service.knowledge.test_shipped_tables:"
        "test_a_summary_names_no_number_and_no_drug_that_its_source_does_not",
    ),
}


def named() -> dict[str, set[str]]:
    """Mistake -> ids of the cases that name it."""
    found: dict[str, set[str]] = {}
    for file in sorted(VIGNETTES.glob("*.yaml")):
        for row in yaml.safe_load(file.read_text("utf-8"))["cases"]:
            if "mistake" in row:
                found.setdefault(row["mistake"], set()).add(row["id"])
    return found


CASES = set().union(*named().values(), *MISTAKES.values())


def test_every_mistake_has_a_case_and_a_twin() -> None:
    by_id = {vignette.id for vignette in vignettes()}
    assert named().keys() <= MISTAKES.keys(), "a mistake that the list does not have"
    for mistake, others in MISTAKES.items():
        cases = {*others, *named().get(mistake, ())}
        assert cases, mistake
        assert {*cases, *(f"{case}-twin" for case in cases)} <= by_id, mistake


def test_every_guard_is_against_a_mistake_of_the_list() -> None:
    of_the_tables_alone = {"inverted or wrong-formulation citations"}  # no case would show it
    assert GUARDS.keys() - MISTAKES.keys() == of_the_tables_alone


@pytest.mark.parametrize("guard", [one for guards in GUARDS.values() for one in guards])
def test_what_guards_over_all_rows_is_still_there(guard: str) -> None:
    module, _, function = guard.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def coded() -> Iterator[Vignette]:
    """The cases about one ingredient, with its code beside the typed text, on orders and medications alike."""
    for vignette in vignettes():
        if vignette.id.removesuffix("-twin") in CASES:
            yield vignette


@pytest.mark.parametrize("vignette", list(coded()), ids=lambda vignette: f"{vignette.id}-coded")
def test_it_is_the_same_with_codes(service: RunningService, vignette: Vignette) -> None:
    body = copy.deepcopy(vignette.body)
    entries = [*body["context"]["draftOrders"]["entry"], *body["prefetch"]["medications"].get("entry", [])]
    for entry in entries:
        add_code(entry["resource"])
    assert vignette.faults(service.ask(body).cards) == []


def add_code(resource: dict[str, Any]) -> None:
    concept = resource.get("medicationCodeableConcept")
    naming = knowledge().vocabulary.named_in(concept["text"]) if concept and "coding" not in concept else None
    if naming and naming.certain and len(naming.drugs) == 1:
        concept["coding"] = [{"system": RXNORM, "code": naming.drugs[0].rxcui, "display": naming.drugs[0].name}]


def test_the_direct_anticoagulants_go_by_clearance_and_not_by_egfr() -> None:
    by_name = knowledge().names.by_name
    for name in ("rivaroxaban", "edoxaban", "dabigatran"):
        rows = [row for row in knowledge().all(RenalRow) if row.drug == by_name[name]]
        assert rows
        assert {row.estimator for row in rows} == {"crcl"}, name


def test_a_limit_of_one_release_differs_from_that_of_the_other() -> None:
    """Otherwise the row says nothing that the general one does not."""
    for row in knowledge().all(ReleaseLimit):
        general = {one.max_daily_dose for key in row.drugs for one in knowledge().all(DoseLimit) if key in one.drugs}
        others = {one.max_daily_dose for one in knowledge().all(ReleaseLimit) if one.drugs == row.drugs}
        assert {*general, *others} - {row.max_daily_dose}, row.id


@pytest.mark.parametrize("name", ["pravastatin", "azithromycin", "pantoprazole"])
def test_a_class_is_not_spread_over_the_member_that_is_different(name: str) -> None:
    """No critical row reaches these by the class whose other members interact."""
    partners = {"pravastatin": "clarithromycin", "azithromycin": "simvastatin", "pantoprazole": "clopidogrel"}
    drugs = [knowledge().names.drugs[knowledge().names.by_name[one]] for one in (name, partners[name])]
    loud = [row.id for row in interactions_between(knowledge(), *drugs) if row.display in ("critical", "warning")]
    assert [row for row in loud if "pravastatin" not in row] == []


def test_a_label_that_is_cited_is_that_of_a_drug_of_the_row() -> None:
    """The wrong formulation or another drug's label under a row: the source names a drug that the row speaks of."""
    names = {name: rxcui for name, rxcui in knowledge().names.by_name.items() if len(name) > 4}
    wrong = []
    of_a_drug = (row for row in knowledge().graded_rows() if not isinstance(row, LogicRule))
    for row in of_a_drug:
        source = knowledge().sources[row.source]
        owner = names.get(row.source.removesuffix("-label").replace("-", " "))
        if source.kind == "label" and owner and row.source != "us-labels" and not speaks_of(row, owner):
            wrong.append(f"{row.id} cites {row.source}")
    assert wrong == []


def speaks_of(row: Cited, rxcui: str) -> bool:
    mine = {*knowledge().names.keys_of(rxcui)}
    return bool(mine & set(row.drug_keys(knowledge()))) or knowledge().names.drugs[rxcui].name in row.supports.lower()
