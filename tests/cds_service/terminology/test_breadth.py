"""The shipped names at working breadth: combinations in any form, drugs after 2014, and everyday words left alone."""

from __future__ import annotations

import time

import pytest

from tests.charts import knowledge

VOCABULARY = knowledge().vocabulary


def named(text: str) -> list[str]:
    naming = VOCABULARY.named_in(text)
    return [] if naming is None else sorted(drug.name for drug in naming.drugs)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("paxlovid bid x 5d", ["nirmatrelvir", "ritonavir"]),
        ("epclusa 1 tab daily", ["sofosbuvir", "velpatasvir"]),
        ("trikafta as directed", ["elexacaftor", "ivacaftor", "tezacaftor"]),
        ("zejula 200 mg daily", ["niraparib"]),
        ("kesimpta 20 mg sc monthly", ["ofatumumab"]),
        ("recarbrio 1.25 g iv q6h", ["cilastatin", "imipenem", "relebactam"]),
        ("timolol-dorzolamide eye drops", ["dorzolamide", "timolol"]),
        ("acetaminophen w/ codeine #3", ["acetaminophen", "codeine"]),
        ("Fluticasone 0.5 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler", ["fluticasone", "salmeterol"]),
        ("Glucose 50 MG/ML / Potassium Chloride 0.02 MEQ/ML Injectable Solution", ["dextrose", "potassium chloride"]),
        ("senna-s 2 tabs qhs", ["docusate", "senna"]),
        ("keytruda 200 mg iv q3w", ["pembrolizumab"]),
        ("clotrimazole 1% cream bid", ["clotrimazole"]),
    ],
)
def test_what_a_clinician_types_is_named_whole(text: str, drugs: list[str]) -> None:
    assert named(text) == drugs


@pytest.mark.parametrize(
    "text",
    [
        "take today with food",
        "check potassium and glucose",
        "perform at home",
        "iron studies",
        "thrive",
        "urea nitrogen",
    ],
)
def test_everyday_and_laboratory_words_name_no_drug(text: str) -> None:
    assert named(text) == []


def test_a_component_behind_a_strength_with_two_units_is_said_when_it_is_not_known() -> None:
    naming = VOCABULARY.named_in("Hydrogen Peroxide 5 MG/ML / Zyxwvulate 17 MG/ML Topical Solution")
    assert naming is not None and naming.unknown == ("Zyxwvulate",)


def test_looking_for_ten_thousand_names_in_an_order_takes_a_tenth_of_a_millisecond() -> None:
    texts = [f"metoprolol succinate er 50 mg tablet take one daily by mouth {number}" for number in range(500)]
    began = time.process_time()
    for text in texts:
        VOCABULARY.lexicon.find(text)
    assert (time.process_time() - began) / len(texts) < 0.0002  # twice the budget: CI machines are slower
