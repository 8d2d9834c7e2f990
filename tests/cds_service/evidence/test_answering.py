"""Ask the evidence: what is found, what is marked, and when nothing answers."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import date
from types import SimpleNamespace

import pytest

from cds_service.evidence import HybridIndex, Passage
from cds_service.evidence.answering import answering, spans
from cds_service.evidence.when_asked import WhenAsked
from cds_service.models import load_models

TODAY = date(2026, 11, 29)
PASSAGES = (
    Passage("p1", "Warfarin and NSAIDs", "An NSAID with warfarin raises the risk of gastrointestinal bleeding."),
    Passage("p2", "Metformin and the kidney", "Metformin is contraindicated when the eGFR is below 30."),
    Passage("p3", "Another table", "Metformin is contraindicated when the eGFR is below 30."),
    Passage("p4", "Statins", "Clarithromycin raises simvastatin exposure and the risk of rhabdomyolysis."),
)


@pytest.fixture(scope="module")
def index() -> HybridIndex:
    return HybridIndex(PASSAGES, load_models(SimpleNamespace(models_dir=None), ()).embedder)


def test_the_passage_that_answers_comes_first_and_the_same_words_count_once(index: HybridIndex) -> None:
    found = answering(index, "when is metformin contraindicated?", TODAY)
    texts = [one.passage.text for one in found.passages]
    assert texts[0] == PASSAGES[1].text
    assert len(texts) == len(set(texts))
    assert found.found and found.degraded is None


@pytest.mark.parametrize("question", ["which football team won?", "how do I bake bread", "is it raining tomorrow"])
@pytest.mark.parametrize("with_embedder", [True, False])
def test_what_no_passage_is_about_is_not_found(index: HybridIndex, question: str, with_embedder: bool) -> None:
    """A word that both have, such as "which", answers nothing; the nearest passages stand all the same."""
    found = answering(index if with_embedder else HybridIndex(PASSAGES, None), question, TODAY)
    assert not found.found


def test_without_an_embedder_a_shared_word_has_to_do_and_it_is_said() -> None:
    found = answering(HybridIndex(PASSAGES, None), "metformin", TODAY)
    assert found.found
    assert found.degraded


def test_words_are_marked_in_any_of_their_forms() -> None:
    text = "Interacting drugs interact; an interaction raises the INR."
    marked = [text[start:end] for start, end in spans(text, "Which drugs have interactions with the INR?")]
    assert marked == ["Interacting", "drugs", "interact", "interaction", "INR"]


def test_while_the_search_opens_another_answers_and_a_failed_start_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cds_service.evidence.when_asked.PATIENCE", 0.05)
    ready, tries = threading.Event(), []
    whole, words = HybridIndex(PASSAGES, None), HybridIndex(PASSAGES[:1], None)

    def open_it() -> HybridIndex:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk is away")
        ready.wait(10)
        return whole

    opening = WhenAsked(open_it, lambda: words)
    with pytest.raises(OSError, match="disk is away"):
        opening()
    assert opening() is words
    ready.set()
    monkeypatch.setattr("cds_service.evidence.when_asked.PATIENCE", 10)
    assert opening() is whole
    assert len(tries) == 2


def test_questions_wait_once_for_the_search_to_open_and_not_each_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.evidence.when_asked.PATIENCE", 0.05)
    waits: list[float | None] = []
    result = Future.result
    monkeypatch.setattr(Future, "result", lambda self, timeout=None: waits.append(timeout) or result(self, timeout))
    ready, words = threading.Event(), HybridIndex(PASSAGES[:1], None)
    opening = WhenAsked(lambda: ready.wait(10) and words, lambda: words)
    try:
        assert opening() is words and opening() is words
    finally:
        ready.set()
    assert waits[0] > 0 and waits[1] == 0
