"""Composed questions: whole, many, of their topic, and none of those that are kept to measure on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

from model_export.reranking.apart import UNSEEN, rephrased
from model_export.reranking.questions import LISTED, PHRASINGS, PUBLISHED, asked
from model_export.reranking.wordings import composed, frames, matters

# Words that do not say what is asked: two phrasings may share them all.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a about all an and any anything are as at be been being by can could did do does for from get gets
        had has have how i if in into is it its me my of on one or our she so some somebody someone
        something that the their them there they this to was we what when where which who whom why will with
        would you your""",
    )
)


def telling(words: str) -> frozenset[str]:
    """The words that say what is asked."""
    return frozenset(re.findall(r"[a-z0-9]+", re.sub(r"\{\w+\}", " ", words.lower()))) - _COMMON


def wordings(kind: str) -> Iterator[str]:
    """All that the training asks this kind with."""
    yield from PHRASINGS[kind]
    yield from (*matters()[kind].questions, *matters()[kind].phrases, *matters()[kind].nouns)


def drawn(kind: str, times: int) -> list[str]:
    chance = Random(3)
    return [composed(kind, "Rift fever", chance) for _ in range(times)]


def test_every_kind_has_wordings_of_each_sort() -> None:
    assert set(matters()) == set(PHRASINGS)
    for matter in matters().values():
        assert min(len(matter.questions), len(matter.nouns)) >= 9 and matter.phrases


@pytest.mark.parametrize("kind", PHRASINGS)
def test_a_composed_question_names_its_topic_once_and_leaves_no_gap(kind: str) -> None:
    for question in drawn(kind, 1500):
        assert question.lower().count("rift fever") == 1, question
        assert not set("{}") & set(question), question
        assert question == " ".join(question.split())


@pytest.mark.parametrize("kind", PHRASINGS)
def test_hardly_a_composed_question_comes_twice(kind: str) -> None:
    assert len({question.lower() for question in drawn(kind, 1000)}) > 600


def test_no_wording_and_no_layout_begins_or_ends_in_a_space_and_each_layout_has_a_place_for_its_wording() -> None:
    for frame in frames():
        assert frame == frame.strip()
        assert sum(f"{{{part}}}" in frame for part in ("about", "matter", "question")) == 1, frame
        assert ("{focus}" in frame) or ("{matter}" not in frame), frame
        assert not {"{focus}", "{about}"} <= set(re.findall(r"\{\w+\}", frame)), frame


@pytest.mark.parametrize("family", UNSEEN)
@pytest.mark.parametrize("kind", PHRASINGS)
def test_no_unseen_phrasing_is_asked_in_the_training_whatever_the_layout(family: str, kind: str) -> None:
    layouts = [telling(frame) for frame in frames()]
    trained = [telling(words) for words in wordings(kind)]
    for phrasing in UNSEEN[family][kind]:
        told = telling(phrasing)
        assert told, phrasing
        left = [told - words for words in trained]
        assert not any(rest <= layout for rest in left for layout in (*layouts, frozenset())), phrasing


@pytest.mark.parametrize("family", UNSEEN)
def test_unseen_phrasings_cover_the_kinds_name_their_topic_and_are_always_the_same(family: str) -> None:
    assert set(UNSEEN[family]) == set(PHRASINGS)
    assert all("{focus}" in words for of_kind in UNSEEN[family].values() for words in of_kind)
    once, again = (rephrased("treatment", "gout", "as published", UNSEEN[family]) for _ in range(2))
    assert once == again != "as published"
    assert rephrased("support groups", "gout", "as published", UNSEEN[family]) == "as published"


def test_the_two_unseen_families_share_no_phrasing() -> None:
    one, other = ({telling(words) for of in family.values() for words in of} for family in UNSEEN.values())
    assert not one & other


def test_the_training_asks_in_the_shares_that_it_says() -> None:
    chance, question = Random(1), "What are the treatments for Rift fever?"
    made = [asked(question, "treatment", "Rift fever", chance) for _ in range(4000)]
    listed = {words.format(focus="Rift fever").lower() for words in PHRASINGS["treatment"]}
    assert made.count(question) / 4000 == pytest.approx(PUBLISHED, abs=0.03)
    assert sum(one.lower() in listed for one in made) / 4000 == pytest.approx(LISTED, abs=0.04)
    assert asked("Where is help?", "support groups", "Rift fever", chance) == "Where is help?"
