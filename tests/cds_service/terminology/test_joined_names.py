"""What stands joined to a drug's name: components, known or not, everyday words, salts, and what is no drug at all."""

from __future__ import annotations

import pytest

from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return knowledge_of(Settings.from_env({})).vocabulary


@pytest.mark.parametrize(
    ("text", "names", "unknown"),
    [
        ("Risankizumab-rzaa 150 MG/ML", {"risankizumab"}, ()),
        ("guselkumab-abcd 100 mg", {"guselkumab"}, ()),
        ("Anoro Ellipta 62.5-25 MCG/INH", {"umeclidinium", "vilanterol"}, ()),
        ("MiraLax 17 GM/SCOOP Oral Powder", {"polyethylene glycol 3350"}, ()),
        ("Potassium Chloride 20 MEQ/PACKET", {"potassium chloride"}, ()),
        ("oxycodone 5 mg/acetaminofen tablet", {"oxycodone"}, ("acetaminofen tablet",)),
        ("oxycodone 5 mg/acetamin 325 mg", {"oxycodone"}, ("acetamin",)),
        ("rifampin 300 mg/INH 150 mg", {"rifampin", "isoniazid"}, ()),
        ("lisinopril-hydrochlorothiazyd 10-12.5", {"lisinopril"}, ("hydrochlorothiazyd",)),
        ("risankizumab-rzaa/methotrexat", {"risankizumab"}, ("methotrexat",)),
    ],
)
def test_only_what_may_be_a_drug_is_said_to_be_an_unknown_part(vocabulary, text, names, unknown):
    naming = vocabulary.named_in(text)
    assert {drug.name for drug in naming.drugs} == names
    assert naming.unknown == unknown


COMPONENTS = [
    ("amlodipine (as amlodipine besylate) 5 MG / atorvastatin (as atorvastatin calcium) 10 MG", {"17767", "83367"}),
    ("Chlorpheniramine & Hydrocodone Bitartrate & Pseudoephedrine Oral Solution", {"2400", "5489", "8896"}),
    ("Glucose 50 MG/ML / Potassium Chloride 0.02 MEQ/ML Injectable Solution", {"4850", "8591"}),
    ("SALICYLIC ACID & UREA TOPICAL OINTMENT", {"9525", "11002"}),
    ("Sulfacetamide / Sulfur", {"10169", "10223"}),
    ("Glucose-Sodium Chloride 100-0.0385 MEQ/ML Injectable Solution", {"4850", "9863"}),
    ("Histamine Dihydrochloride 1 MG/ML / Menthol 30 MG/ML Topical Cream", {"5333", "6750"}),
    ("mineral oil / petrolatum, white", {"6972", "82074"}),
    ("Calcium Carbonate / Cholecalciferol / soy protein isolate", {"1897", "2418", "196238"}),
    ("calcium carbonate 1250 MG (calcium 500 MG) / cholecalciferol 100 UNT", {"1897", "2418"}),
    ("ferrous sulfate 60 MG (iron 12 MG) / vitamin C 150 MG Tablet", {"24947", "1151"}),
    ("phenyltoloxamine citrate-salicylamide 20-300 mg", {"33408", "9518"}),
    ("Glucose and Potassium Chloride 50-0.02 MEQ/ML", {"4850", "8591"}),
    ("arginine and calcium carbonate and maca preparation", {"1091", "1897", "319839"}),
    ("amlodipine (as amilodipine besylate) 5 MG / telmisartan 40 MG Oral Tablet", {"17767", "73494"}),
    ("folate 1 MG / vit-B6 75 MG", {"4511", "684879"}),
    ("folate 1 MG / vitamin B6 Hydrochloride 75 MG", {"4511", "684879"}),
    ("folate 1 MG / vitamin B6 75 MG", {"4511", "684879"}),
    ("folate 1 MG / Vitamin B6 75 MG", {"4511", "42954"}),
    ("24 HR vit-B3 500 MG / Simvastatin 20 MG", {"7393", "36567"}),
    ("Insulin analog, Lispro Mixed 75/25", {"86009", "314684"}),
]


@pytest.mark.parametrize(("text", "rxcuis"), COMPONENTS, ids=[text for text, _ in COMPONENTS])
def test_a_combination_is_read_whole(vocabulary, text, rxcuis):
    naming = vocabulary.named_in(text)
    assert {drug.rxcui for drug in naming.written} == rxcuis
    assert naming.unknown == ()


@pytest.mark.parametrize("text", ["starch", "apply starch daily", "lactose free diet", "urea"])
def test_an_everyday_word_names_no_drug_where_it_is_no_component(vocabulary, text):
    assert vocabulary.named_in(text) is None


@pytest.mark.parametrize("text", ["take aspirin with water", "aspirin and water", "stop glucose and aspirin"])
def test_nor_is_it_a_component_behind_another_word(vocabulary, text):
    naming = vocabulary.named_in(text)
    assert ([drug.name for drug in naming.drugs], naming.unknown) == (["aspirin"], ())


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("calcium carbonate / oyster meal powdered / cholecalciferol", ("oyster meal powdered",)),
        ("lisinopril 10 MG / XYZ 20 MG", ("XYZ",)),
        ("XYZ 20 MG / lisinopril 10 MG Oral Tablet", ("XYZ",)),
        ("dextrose / sodium chlidore", ("sodium chlidore",)),
        ("meenrl oil/pramoxine/zinc oxide", ("meenrl oil",)),
        ("polymyyxin b/trimethoprim", ("polymyyxin b",)),
        ("vitamin e/zinc oxiide", ("zinc oxiide",)),
        ("pramoxine/zinc ozyd", ("zinc ozyd",)),
        ("benzoyl peroxide/topical suur", ("topical suur",)),
        ("Inositol 141 MG / vit-BX 500 MG Oral Capsule", ("vit-BX",)),
        ("vit-D 135 UNT / Vitamin A 1250 UNT Oral Capsule", ("vit-D",)),
        ("Aminosyn II 3.5 % M in 5 % Dextrose Injectable Solution", ("Aminosyn II",)),
        ("Clinimix 5/15 (5 % amino acids in dextrose 15 % ) Injectable Solution", ("amino acids",)),
        ("vancomicin 1 g in dextrose 5%", ("vancomicin",)),
        ("refill caffeine/pheniramine/phenylephrine/sodium salicyllate #30", ("sodium salicyllate",)),
        ("magnesium acetate/potassium acetate/sodium cghloride-10mg nightly", ("sodium cghloride",)),
        ("Octocaine 2 % with EPINEPHrine 1:100,000", ("Octocaine",)),
        ("infuse 500 mL in dextrose 5%", ()),
        ("check glucose and potassium chloride", ()),
    ],
)
def test_a_component_that_is_not_known_is_said_whatever_its_length(vocabulary, text, unknown):
    assert vocabulary.named_in(text).unknown == unknown


def test_what_stands_behind_an_unknown_component_is_assessed_too(vocabulary):
    naming = vocabulary.named_in("lisinopril 10 MG / Xyzzyl 20 MG / amlodipine 5 MG")
    assert {drug.name for drug in naming.drugs} == {"lisinopril", "amlodipine"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Triaminic Cold and Allergy (brompheniramine maleate 1 MG / phenylephrine HCl 2.5 MG per 5 ML) Solution",
            {"brompheniramine", "phenylephrine"},
        ),
        ("Percocet (oxycodone 5 mg)", {"oxycodone", "acetaminophen"}),
        ("Coumadin (aspirin/plavix stopped)", {"warfarin"}),
    ],
)
def test_a_composition_in_brackets_counts_where_it_is_one(vocabulary, text, names):
    assert {drug.name for drug in vocabulary.named_in(text).drugs} == names


def test_a_concept_that_rxnorm_has_twice_is_one_drug_and_keeps_the_code_of_what_is_written(vocabulary):
    written, plain = vocabulary.named_in("doxylamine / vitamin b6"), vocabulary.named_in("doxylamine / pyridoxine")
    assert written.drugs == plain.drugs
    assert {drug.rxcui for drug in written.written} == {"3642", "42954"}
    assert {drug.rxcui for drug in plain.written} == {"3642", "684879"}
    assert vocabulary.by_code("42954") == vocabulary.by_code("684879")
