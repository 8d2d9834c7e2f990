"""Exact names in text: whole words, longest first, whatever the case and punctuation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.terminology.lexicon import Entry, Lexicon, split_words

LEXICON = Lexicon(
    [
        Entry("insulin", ("1",)),
        Entry("insulin glargine", ("2",)),
        Entry("b12", ("3",)),
        Entry("smz/tmp", ("4", "5")),
        Entry("hctz", ("6",), certain=False),
        Entry("crème fraîche", ("7",)),
    ]
)


def found(text: str) -> list[tuple[str, ...]]:
    return [mention.rxcuis for mention in LEXICON.find(text)]


@pytest.mark.parametrize("text", ["SMZ/TMP", "smz-tmp", "Smz  tmp", "smz.TMP,", "(SMZ/TMP)"])
def test_case_spacing_and_punctuation_do_not_matter(text: str) -> None:
    assert found(text) == [("4", "5")]


def test_the_longest_name_at_a_place_is_meant() -> None:
    assert found("insulin glargine 10 units, insulin") == [("2",), ("1",)]


@pytest.mark.parametrize("text", ["insulinoma", "preinsulin", "b1", "b123", "smz", "xhctz"])
def test_a_name_is_never_found_inside_a_word(text: str) -> None:
    assert found(text) == []


def test_accents_and_ligatures_are_folded() -> None:
    assert found("CREME FRAICHE") == [("7",)]
    assert [word.text for word in split_words("ﬁn Ｂ12")] == ["fin", "b", "12"]


def test_a_doubtful_name_is_marked() -> None:
    assert [mention.certain for mention in LEXICON.find("insulin hctz")] == [True, False]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (Entry("Insulin", ("9",)), "stands for"),
        (Entry("HCTZ", ("6",)), "certain and as uncertain"),
        (Entry("--", ("6",)), "no word"),
    ],
)
def test_a_name_that_means_two_things_is_refused(entry: Entry, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Lexicon([*LEXICON.entries, entry])


@given(text=st.text(max_size=60), name=st.sampled_from(["insulin", "Insulin Glargine", "smz-tmp", "B12"]))
def test_a_span_is_the_place_in_the_text_as_given(text: str, name: str) -> None:
    whole = f"{text} {name} {text}"
    mentions = LEXICON.find(whole)
    assert mentions
    for mention in mentions:
        assert whole[slice(*mention.span)] == mention.text
    assert list(mentions) == sorted(mentions, key=lambda mention: mention.span)
    assert all(one.span[1] <= other.span[0] for one, other in pairwise(mentions))


@pytest.mark.parametrize(("text", "found"), [("potassium 20 meq daily", "potassium"), ("Potassium 4.2", "Potassium")])
def test_an_everyday_word_names_a_drug_where_a_number_follows(text: str, found: str) -> None:
    lexicon = Lexicon([Entry("potassium #", ("8588",), certain=False)])
    (mention,) = lexicon.find(text)
    assert mention.text == found and not mention.certain


@pytest.mark.parametrize("text", ["check potassium", "potassium today", "potassium # 20"])
def test_an_everyday_word_alone_names_no_drug(text: str) -> None:
    found = Lexicon([Entry("potassium #", ("8588",), certain=False)]).find(text)
    assert [mention.text for mention in found] == (["potassium"] if "# 20" in text else [])


def test_a_mark_with_space_around_it_keeps_two_drugs_apart() -> None:
    lexicon = Lexicon([Entry("alol", ("1",)), Entry("alol sodium", ("1",)), Entry("sodium nitrite", ("2",))])
    assert [mention.rxcuis for mention in lexicon.find("alol 5 mg / sodium nitrite")] == [("1",), ("2",)]
    assert [mention.rxcuis for mention in lexicon.find("alol / sodium nitrite")] == [("1",), ("2",)]
    assert [mention.text for mention in lexicon.find("alol sodium / sodium nitrite")] == [
        "alol sodium",
        "sodium nitrite",
    ]
