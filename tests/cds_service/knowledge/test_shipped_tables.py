"""The shipped tables: every row loads, is citable, says no more than its source, and coverage is explicit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.chart.allergies.allergens import NOT_DRUGS
from cds_service.claims.reading import read
from cds_service.findings import DEFAULT_DISPLAY, DISPLAYS
from cds_service.knowledge import COVERED_TOPICS, load_knowledge
from cds_service.knowledge.kinds.allergies import AllergyGroup
from cds_service.knowledge.kinds.alternatives import Alternative
from cds_service.knowledge.kinds.coverage import CoverageCell
from cds_service.knowledge.kinds.duplicates import DuplicateRow
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.knowledge.passages import passages_of
from cds_service.knowledge.rows import Graded
from cds_service.tables import read_tables
from cds_service.terminology.vocabulary import Drug
from tests.charts import allergy, chart, data, knowledge

KNOWLEDGE = knowledge()
PASSAGES = {passage.id: passage for passage in passages_of(KNOWLEDGE)}
ORDER_WORDS = Path(__file__).parents[3] / "model_export" / "linking" / "order_words.txt"


def drug(name: str) -> Drug:
    return KNOWLEDGE.names.drugs[KNOWLEDGE.names.by_name[name]]


def test_the_first_release_has_the_breadth_it_promises() -> None:
    assert len(KNOWLEDGE.names.drugs) >= 120
    assert len(KNOWLEDGE.all(Interaction)) >= 60
    assert len(KNOWLEDGE.all(RenalRow)) >= 15
    groups = {"penicillins", "sulfonamide-antibiotics", "nsaids", "opioids", "cephalosporins-aminobenzyl"}
    assert groups <= KNOWLEDGE.keyed(AllergyGroup).keys()


def test_every_cited_row_is_a_passage_with_its_source_and_the_place_in_it() -> None:
    assert PASSAGES.keys() == KNOWLEDGE.cited.keys()
    for passage in PASSAGES.values():
        assert passage.title and passage.text and passage.locator
        assert str(passage.source["url"]).startswith("https://")
        assert passage.kind == "our summary" and passage.rules == (passage.id,)


def concepts_of(row: Graded) -> tuple[str, ...]:
    """What a finding of this row would be about: for a class the drugs that its summary may name."""
    if not isinstance(row, DuplicateRow):
        return ()
    return tuple(rxcui for rxcui, classes in KNOWLEDGE.names.classes.items() if row.drug_class in classes)


def says_no_more_than_its_source(row: Graded) -> bool:
    passage = PASSAGES[row.id]
    return named(row.summary) <= named(f"{passage.title}. {passage.text}") | set(concepts_of(row))


def named(text: str) -> set[str]:
    """Drugs by ingredient, and figures without their units."""
    tokens = [one for one in read(text, KNOWLEDGE.vocabulary.lexicon) if one.kind in ("drug", "number")]
    return {part for one in tokens for part in one.value.partition(" ")[0].split("+")}


def test_a_summary_names_no_number_and_no_drug_that_its_source_does_not() -> None:
    assert [row.place for row in KNOWLEDGE.graded_rows() if not says_no_more_than_its_source(row)] == []


def test_a_row_is_never_shown_louder_than_its_harm_allows_and_says_what_to_do() -> None:
    for row in KNOWLEDGE.graded_rows():
        assert DISPLAYS.index(row.display) >= DISPLAYS.index(row.loudest), row.place
        assert row.loudest == DEFAULT_DISPLAY[row.harm] or row.loudest == "info", row.place
        assert row.management or row.display == "off", row.place


def test_no_certain_name_is_an_everyday_word_of_an_order() -> None:
    words = set(ORDER_WORDS.read_text("utf-8").split())
    assert words.isdisjoint(name for name, _ in KNOWLEDGE.vocabulary.names())


def test_every_ingredient_is_found_by_its_own_name_and_code() -> None:
    for rxcui, ingredient in KNOWLEDGE.names.drugs.items():
        everyday = any(entry.name == ingredient.name for entry in KNOWLEDGE.names.components.entries)
        text = f"zinc oxide / {ingredient.name} 1 MG" if everyday else f"{ingredient.name} 1"
        naming = KNOWLEDGE.vocabulary.named_in(text)
        assert naming is not None and naming.certain and naming.unknown == ()
        assert [one.rxcui for one in naming.drugs][everyday:] == [rxcui]
        assert KNOWLEDGE.vocabulary.by_code(rxcui) == (ingredient,)


@pytest.mark.parametrize("brand", ["novolin", "humulin"])
def test_a_brand_of_several_insulins_is_not_guessed(brand: str) -> None:
    assert KNOWLEDGE.vocabulary.named_in(f"{brand} 20 units twice daily") is None
    assert KNOWLEDGE.vocabulary.named_in(f"{brand} 70/30 20 units twice daily") is not None


def test_shipped_rows_are_unreviewed_since_nobody_invents_an_approver() -> None:
    assert not any(row.reviewed for row in KNOWLEDGE.cited_rows())
    assert KNOWLEDGE.unreviewed == sum(1 for _ in KNOWLEDGE.graded_rows())


def test_without_unreviewed_rows_nothing_fires_and_the_number_is_kept() -> None:
    silent = KNOWLEDGE.without_unreviewed()
    assert silent.silent == KNOWLEDGE.unreviewed and list(silent.graded_rows()) == [] and silent.all(Alternative) == ()
    assert silent.version == KNOWLEDGE.version
    assert silent.vocabulary.lexicon is KNOWLEDGE.vocabulary.lexicon
    assert silent.coverage(drug("warfarin"), "drug-interaction") == "not-covered"


def test_a_row_that_a_role_approved_stays() -> None:
    first, *others = KNOWLEDGE.all(Interaction)
    approved = replace(first, review="pharmacist|2026-11-20|2027-11-01")
    rows = {**KNOWLEDGE.rows, Interaction.table: (approved, *others)}
    assert replace(KNOWLEDGE, rows=rows).without_unreviewed().all(Interaction) == (approved,)


@pytest.mark.parametrize(
    ("name", "topic", "state"),
    [
        ("warfarin", "drug-interaction", "rows"),
        ("warfarin", "renal-dosing", "none-needed"),
        ("metformin", "renal-dosing", "rows"),
        ("amoxicillin", "drug-allergy", "rows"),
        ("naproxen", "duplicate-therapy", "rows"),
    ],
)
def test_coverage_tells_rows_from_none_needed_and_from_nobody_looked(name: str, topic: str, state: str) -> None:
    assert KNOWLEDGE.coverage(drug(name), topic) == state


def test_a_topic_in_which_nobody_looked_is_not_covered() -> None:
    nobody_looked = replace(KNOWLEDGE, rows={**KNOWLEDGE.rows, CoverageCell.table: (), RenalRow.table: ()})
    assert nobody_looked.coverage(drug("warfarin"), "renal-dosing") == "not-covered"
    states = {KNOWLEDGE.coverage(one, topic) for one in KNOWLEDGE.names.drugs.values() for topic in COVERED_TOPICS}
    assert states == {"rows", "none-needed", "no-guidance", "not-covered"}


def test_an_interaction_is_found_either_way_round_and_by_class() -> None:
    def between(one: str, other: str) -> set[str]:
        return {row.id for row in interactions_between(KNOWLEDGE, drug(one), drug(other))}

    assert "ddi-warfarin--sulfamethoxazole" in between("warfarin", "sulfamethoxazole")
    assert between("warfarin", "ibuprofen") == between("ibuprofen", "warfarin") != set()


def test_the_version_changes_with_any_table_and_only_then() -> None:
    tables = read_tables(None)
    assert load_knowledge(tables).version == KNOWLEDGE.version
    changed = {**tables, "uses.csv": tables["uses.csv"].replace("back pain", "sore back", 1)}
    assert load_knowledge(changed).version != KNOWLEDGE.version


def test_the_tables_recognise_every_allergen_group_by_its_words_and_codes() -> None:
    for group in KNOWLEDGE.all(AllergyGroup):
        for word in group.names if group.id != NOT_DRUGS else ():
            (found,) = chart(allergies=data(allergy(word))).allergies.items
            assert group.id in found.groups or found.drugs, word
        for system, code in group.codes:
            (coded,) = chart(allergies=data(allergy(None, (system, code)))).allergies.items
            assert group.id in coded.groups or group.id in {one.rxcui for one in coded.drugs}, code


def test_an_interaction_that_cites_a_label_cites_that_of_one_of_its_drugs() -> None:
    """A class row may cite the label of a member; a label of two drugs is that of both."""
    trade = {"ambien": "zolpidem", "lexapro": "escitalopram", "naprosyn": "naproxen", "xopenex-hfa": "levalbuterol"}
    active = {"isavuconazonium": "isavuconazole", "azathioprine": "mercaptopurine", "tenofovir": "tenofovir disoproxil"}
    several = {"smx-tmp": "sulfamethoxazole", "amphotericin": "amphotericin b", "mycophenolate": "mycophenolic acid"}
    other_name = {**trade, **active, **several}

    def members(key: str) -> set[str]:
        return {one.name for rxcui, one in KNOWLEDGE.names.drugs.items() if key in KNOWLEDGE.names.keys_of(rxcui)}

    for row in KNOWLEDGE.all(Interaction):
        if row.source.endswith("-label"):
            drug_of_label = row.source.removesuffix("-label")
            named = {drug_of_label.replace("-", " "), *drug_of_label.split("-"), other_name.get(drug_of_label, "")}
            named |= {"trimethoprim"} if drug_of_label == "smx-tmp" else set()
            named |= {"mycophenolate mofetil"} if drug_of_label == "mycophenolate" else set()
            assert named & (members(row.a) | members(row.b)), row.id


# What is bought without a prescription, and the topics in which our tables say nothing of it: answers name these.
OVER_THE_COUNTER = {
    "polyethylene glycol 3350": set[str](),
    "senna": {"drug-allergy"},
    "docusate": {"drug-allergy"},
    "bisacodyl": {"drug-allergy"},
    "simethicone": {"drug-allergy"},
    "loperamide": {"drug-allergy"},
    "calcium carbonate": {"drug-allergy"},
    "aluminum hydroxide": {"drug-allergy", "dose-limit"},
    "magnesium hydroxide": {"drug-allergy"},
    "famotidine": set[str](),
    "diphenhydramine": {"qt-prolongation"},
    "melatonin": {"drug-allergy", "drug-interaction", "renal-dosing"},
    "guaifenesin": {"drug-allergy"},
    "dextromethorphan": {"drug-allergy"},
    "ascorbic acid": {"drug-allergy", "drug-interaction", "renal-dosing"},
    "cyanocobalamin": {"drug-allergy", "renal-dosing"},
    "thiamine": {"drug-allergy", "renal-dosing"},
    "pyridoxine": {"drug-allergy", "drug-interaction", "renal-dosing"},
    "vitamin e": {"drug-allergy", "renal-dosing"},
}


@pytest.mark.parametrize("name", OVER_THE_COUNTER)
def test_what_is_not_covered_of_a_drug_without_prescription_is_known(name: str) -> None:
    missing = {topic for topic in COVERED_TOPICS if KNOWLEDGE.coverage(drug(name), topic) == "not-covered"}
    assert missing == OVER_THE_COUNTER[name]
