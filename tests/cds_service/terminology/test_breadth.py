"""The shipped names at working breadth: combinations in any form, drugs after 2014, and everyday words left alone."""

from __future__ import annotations

import pytest

from cds_service.terminology.lexicon import Lexicon, split_words
from tests.calls_counted import calls_counted
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


def test_an_order_is_searched_for_ten_thousand_names_with_no_more_work_than_for_its_own() -> None:
    order = "metoprolol succinate er 50 mg tablet take one daily by mouth"
    all_names = VOCABULARY.lexicon
    own = Lexicon(one for one in all_names.entries if one.name.split()[0].lower() in order.split())
    assert len(all_names.entries) > 10_000 > 100 > len(own.entries)
    assert all_names.find(order) == own.find(order) != ()
    works = []
    for lexicon in (own, all_names):
        split_words.cache_clear()
        with calls_counted() as calls:
            lexicon.find(order)
        works.append(calls[0])
    assert works[0] == works[1] > 0


def test_a_name_that_stands_in_many_longer_ones_is_read_with_no_more_work_than_one_that_stands_in_few() -> None:
    """ "acetaminophen" begins or ends sixty names of other ingredients, and most orders for it mean none of them."""
    works = []
    VOCABULARY.named_in("acetaminophen 500 mg tablet")
    for name in ("metoprolol", "acetaminophen"):
        with calls_counted() as calls:
            naming = VOCABULARY.named_in(f"{name} 501 mg tablet")
        assert naming is not None and naming.certain
        works.append(calls[0])
    assert 0 < works[1] < 1.2 * works[0]
