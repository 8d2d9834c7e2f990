"""The drug that a text names: combinations, their unknown parts, doubtful abbreviations, other drugs."""

from __future__ import annotations

import pytest

from cds_service.terminology.lexicon import Entry, Lexicon
from cds_service.terminology.vocabulary import Drug, Naming, Vocabulary

DRUGS = {str(n): Drug(str(n), name) for n, name in enumerate(("alol", "bipril", "cozide", "dazole"))}
VOCABULARY = Vocabulary(
    drugs=DRUGS,
    lexicon=Lexicon(
        [*(Entry(drug.name, (drug.rxcui,)) for drug in DRUGS.values()), Entry("czd", ("2",), certain=False)]
    ),
    rxnorm={"0": ("0",), "99": ("1", "2")},
    allergens={},
    group_words=Lexicon(),
)


def naming(text: str) -> Naming:
    found = VOCABULARY.named_in(text)
    assert found is not None
    return found


def names(text: str) -> list[str]:
    return [drug.name for drug in naming(text).drugs]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "alol/bipril",
            "alol-bipril",
            "Alol 5 MG / Bipril 10 MG Oral Tablet",
            "alol 5mg/bipril 10mg",
            "alol and bipril",
        ),
        *(
            "alol with bipril",
            "alol 80 MG/ML / bipril 11.4 MG/ML",
            "alol + bipril",
            "alol & bipril",
            "alol (5 mg)-bipril",
        ),
    ],
)
def test_strengths_and_marks_between_two_names_make_a_combination(text: str) -> None:
    assert names(text) == ["alol", "bipril"]
    assert naming(text).others == () and naming(text).unknown == ()


@pytest.mark.parametrize("text", ["alol, bipril", "alol 5 mg daily and bipril", "alol then bipril", "alol bipril"])
def test_anything_else_between_them_makes_two_drugs(text: str) -> None:
    assert names(text) == ["alol"] and naming(text).others == ("bipril",)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        *(
            ("alol/xyzzy", "xyzzy"),
            ("alol 5 mg / Xyzzy 10 mg", "Xyzzy"),
            ("xyzzy/alol", "xyzzy"),
            ("alol-xyzzy", "xyzzy"),
        ),
        *(("alol/bipril/xyzzy 5/10/5", "xyzzy"), ("xyzzy 5 mg + alol", "xyzzy")),
    ],
)
def test_a_joined_word_that_is_no_name_is_handed_out(text: str, unknown: str) -> None:
    assert naming(text).unknown == (unknown,)


@pytest.mark.parametrize(
    "text",
    [
        "alol - stop after food",
        "alol 5 mg/day",
        "alol-er",
        "alol 5 mg/tablet",
        "po/alol",
        "Alol 30 MG/5ML SUSP",
        "Alol 3 MG/Day 24 HR Patch",
        "Alol-HS 5 MG",
        "alol 5 MG / 0.8 ML Injectable Solution",
    ],
)
def test_the_words_of_an_order_are_no_components(text: str) -> None:
    assert naming(text).unknown == ()


def test_an_abbreviation_alone_is_doubtful() -> None:
    assert names("czd 25") == ["cozide"] and not naming("czd 25").certain


def test_an_abbreviation_is_certain_as_part_of_a_known_combination() -> None:
    assert names("bipril/czd") == ["bipril", "cozide"] and naming("bipril/czd").certain


def test_an_abbreviation_in_an_unknown_combination_is_left_out_and_handed_out() -> None:
    assert names("alol/czd") == ["alol"]
    assert naming("alol/czd").certain and naming("alol/czd").unknown == ("czd",)


def test_a_name_said_twice_is_no_other_drug() -> None:
    assert naming("alol (alol 5 mg)").others == ()


def test_text_without_a_name_and_a_code_that_nobody_knows_give_nothing() -> None:
    assert VOCABULARY.named_in("xyzzy") is None and VOCABULARY.named_in("") is None
    assert VOCABULARY.by_code("12345") == ()
    assert [drug.name for drug in VOCABULARY.by_code("99")] == ["bipril", "cozide"]


def test_only_certain_names_are_offered_for_a_misspelling() -> None:
    assert "czd" not in dict(VOCABULARY.names())


LONGER = Vocabulary(
    drugs=DRUGS,
    lexicon=Lexicon(
        [
            *(Entry(drug.name, (drug.rxcui,)) for drug in DRUGS.values()),
            Entry("alol succinate", ("0",)),
            Entry("alol dinitrate", ("3",)),
            Entry("bipril cold relief", ("1", "2")),
            Entry("extra alol with bipril", ("0", "3")),
            Entry("bipril dry mouth", ("2",)),
            Entry("dry", ("3",)),
            Entry("alol with succinate", ("0", "1")),
        ]
    ),
    rxnorm={},
    allergens={},
    group_words=Lexicon(),
)


@pytest.mark.parametrize(
    "text",
    [
        "alol dinitrfate 10 mg",
        "Bipril Cold Releif",
        "start alol dinnitrate",
        "bipril col relief",
        "bipril cord relief",
        "take bipril dry mth",
        "bipril cold rel ief daily",
        "bipril coldrelief",
        "alol with succi nate",
    ],
)
def test_a_name_that_goes_on_misspelt_to_another_drugs_longer_name_is_not_exact(text: str) -> None:
    assert LONGER.named_in(text) is None


@pytest.mark.parametrize("text", ["exrta alol with bipril 5 mg", "take extrra alol with bipril"])
def test_nor_is_one_whose_longer_name_begins_misspelt(text: str) -> None:
    assert LONGER.named_in(text) is None


@pytest.mark.parametrize("text", ["exrta/alol with bipril", "exrta alol and bipril", "extra alol with dazole"])
def test_other_words_before_a_name_begin_no_longer_one(text: str) -> None:
    assert LONGER.named_in(text) is not None


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("alol dinitrate 10 mg", ["dazole"]),
        ("alol succinatte", ["alol"]),  # goes on to another name of the same drug
        ("alol tablet", ["alol"]),
        ("alol 5 mg dinitrfate", ["alol"]),  # a dose ends a name
        ("bipril cold", ["bipril"]),
        ("bipril 2 tabs, call for relief", ["bipril"]),
        ("alol with food", ["alol"]),
        ("alol/succinatee", ["alol"]),
        ("bipril cold relief", ["bipril", "cozide"]),
    ],
)
def test_a_name_that_is_whole_stays_exact(text: str, drugs: list[str]) -> None:
    found = LONGER.named_in(text)
    assert found is not None and [drug.name for drug in found.drugs] == drugs
