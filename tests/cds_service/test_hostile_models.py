"""Hostile inputs J about the model in a call: slow, endless, failing, and asked with what nobody could have meant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.models import WEIGHTS, DrugLinker, Link
from cds_service.models.drug_candidates import CandidateSearch
from cds_service.models.drug_features import FEATURES, features, usable
from cds_service.models.manifest import WeightsFolder
from cds_service.reading.slice import MOST_LEFT_BEHIND, Slice
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService

NAMES = [("metformin", ("6809",)), ("hydroxyzine", ("5553",)), ("hydralazine", ("5470",)), ("warfarin", ("11289",))]

HANG_S = 60


@pytest.fixture
def misspelt() -> dict[str, Any]:
    """A misspelt order for the model, and one that the rules warn about without any."""
    known = chart(medications=bundle(active("warfarin 5 mg daily")))
    return order_sign(draft("metforninz 500"), draft("bactrim ds bid", 2), prefetch=known)


@contextmanager
def reading_by(service: RunningService, link: Callable[[str], Link]) -> Iterator[None]:
    assert service.rooms is not None and service.rooms.models.drug_linker is not None
    linker = service.rooms.models.drug_linker
    service.rooms.readings._kept.clear()
    linker.link = link  # type: ignore[method-assign]
    try:
        yield
    finally:
        del linker.link
        service.rooms.readings._kept.clear()


@pytest.mark.covers("J-148")
def test_hostile_148_an_endless_model_is_left_behind_and_the_rules_are_in_time(
    punctual_service: RunningService, misspelt: dict[str, Any]
) -> None:
    """More often than the worker has threads for models: the last calls find none free, and are answered too."""
    free = Event()

    def endless(_text: str) -> Link:
        free.wait()
        raise AssertionError("nobody waits for this any more")

    with reading_by(punctual_service, endless):
        try:
            for _ in range(2):
                reply = punctual_service.ask(misspelt)
                assert reply.card("drug-interaction")
                assert any("not read in time" in said for said in reply.not_assessed)
        finally:
            free.set()
    assert "metformin" in punctual_service.ask(order_sign(draft("metforminn 500 bid"))).text


@pytest.mark.covers("J-148")
def test_hostile_148_no_more_threads_are_left_behind_than_are_kept_for_models() -> None:
    free, most, begun = Event(), Slice(2), Queue[int]()

    def endless() -> None:
        begun.put(1)
        free.wait()

    assert [most.run(endless, 0.02) for _ in range(4)] == [False] * 4
    assert [begun.get(timeout=HANG_S) for _ in range(2)] == [1, 1] and begun.empty() and MOST_LEFT_BEHIND > 2
    free.set()
    give_up = time.monotonic() + HANG_S
    while not most.run(lambda: None, HANG_S) and time.monotonic() < give_up:
        time.sleep(0.01)
    assert most.run(lambda: None, HANG_S), "a thread that came to its end is free again"


@pytest.mark.covers("J-148")
def test_hostile_148_a_model_that_fails_costs_its_reading_alone(
    service: RunningService, misspelt: dict[str, Any]
) -> None:
    def failing(_text: str) -> Link:
        raise MemoryError

    with reading_by(service, failing):
        reply = service.ask(misspelt)
    assert reply.card("drug-interaction")
    assert any("misspelt names failed" in said for said in reply.not_assessed)


@pytest.fixture(scope="module")
def linker() -> DrugLinker:
    return DrugLinker.load(WeightsFolder.open(WEIGHTS), NAMES)


@pytest.fixture(scope="module")
def row() -> np.ndarray:
    """The features of a misspelling that the network is sure of."""
    text = "metforminn 500 mg"
    return features(text, CandidateSearch(NAMES, [], []).candidates(text))[0]


def odd_vectors(row: np.ndarray) -> dict[str, np.ndarray]:
    spoilt = {"all missing": np.full_like(row, np.nan), "extreme": row * 1e6, "far below": row * -1e6}
    spoilt |= {"reversed": row[::-1], "by size": np.sort(row), "ones": np.ones_like(row)}
    for place, name in enumerate(FEATURES):
        for value in (np.nan, np.inf, 1e6, -1e6):
            spoilt[f"{name} is {value}"] = np.where(np.arange(len(row)) == place, value, row)
    return spoilt


@pytest.mark.covers("J-149")
def test_hostile_149_what_cannot_be_features_is_never_answered(
    linker: DrugLinker, row: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not linker.link("metforminn 500 mg").abstained
    for name, vector in odd_vectors(row).items():
        made = np.asarray(vector, np.float32)[None]
        monkeypatch.setattr("cds_service.models.drug_linker.features", lambda _text, _found, made=made: made)
        link = linker.link("metforminn 500 mg")
        assert (link.abstained, link.ingredients, link.candidates) == (True, (), ()), name


@pytest.mark.covers("J-149")
def test_hostile_149_nothing_known_is_not_taken_for_something(
    linker: DrugLinker, row: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every feature at nought is a row that could be; the network itself must be unsure of it."""
    nothing = np.zeros_like(row)[None]
    assert usable(nothing).all()
    monkeypatch.setattr("cds_service.models.drug_linker.features", lambda _text, _found: nothing)
    assert linker.link("metforminn 500 mg").abstained


@pytest.mark.covers("J-149")
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_hostile_149_features_in_another_order_are_noticed(row: np.ndarray, seed: int) -> None:
    turned = np.random.default_rng(seed).permutation(row)
    assert (turned == row).all() or not usable(turned[None]).any()


@pytest.mark.covers("J-149")
@given(text=st.text("aehilmnortuwxz 0123456789mg.,/-é", max_size=60))
@settings(max_examples=150, deadline=None)
def test_hostile_149_what_any_text_gives_can_be_features(text: str) -> None:
    """The guard must never cost a good reading."""
    assert usable(features(text, CandidateSearch(NAMES, ["prednisolone"], ["daily"]).candidates(text))).all()


SUBGROUPS = {
    "short names": "asa xr 5",
    "letters of another script": "метформин 500 mg",
    "figures alone": "500 1000 850",
    "a name twice": "hydroxalazine hydroxalazine",
    "words in another order": "mg 500 bid hydroxalazine",
    "no dose": "hydroxalazine",
    "an extreme dose": "hydroxalazine 999999999999999999 kg",
    "the longest text": "hydroxalazine " * 400,
}


@pytest.mark.covers("J-149")
@pytest.mark.parametrize("name", SUBGROUPS)
def test_hostile_149_odd_texts_abstain(linker: DrugLinker, name: str) -> None:
    link = linker.link(SUBGROUPS[name])
    assert (link.abstained, link.ingredients) == (True, ())
