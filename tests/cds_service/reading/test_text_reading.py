"""Texts without an exact name are read within bounds, once, and each by itself."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.chart import UnreadText
from cds_service.models import WEIGHTS, Models
from cds_service.models.drug_linker import DrugLinker, Link
from cds_service.models.manifest import WeightsFolder
from cds_service.reading import LONGEST_TEXT, MOST_TEXTS, ReadingCache, read

NAMES = [("metformin", ("6809",)), ("lisinopril", ("29046",)), ("warfarin", ("11289",)), ("prednisone", ("8640",))]
TEXTS = ("metforminn 500 bid", "lisinoprill 10", "warfrin 5 mg", "predniso", "nothing of it", "metfromin / warfarn")


class Listening(DrugLinker):
    """Counts what it is asked and finds nothing."""

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.asked: list[str] = []

    def link(self, text: str) -> Link:
        self.asked.append(text)
        return Link((), "", (0, 0), 0.0, (), abstained=True)


def unread(*texts: str, role: str = "medication") -> list[UnreadText]:
    return [UnreadText(role, f"MedicationRequest/{at}", text) for at, text in enumerate(texts)]


@settings(deadline=None, max_examples=20)
@given(st.permutations(TEXTS), st.integers(1, len(TEXTS)))
def test_an_answer_does_not_depend_on_what_is_read_beside_it(order: list[str], size: int) -> None:
    models = Models(drug_linker=DrugLinker.load(WeightsFolder.open(Path(WEIGHTS)), NAMES))
    together = read(unread(*order[:size]), models, ReadingCache(), float("inf")).drugs
    for text in order[:size]:
        assert together[text] == read(unread(text), models, ReadingCache(), float("inf")).drugs[text]


def test_a_text_is_read_once_per_version_of_the_model() -> None:
    cache, first, second = ReadingCache(), Listening("1"), Listening("2")
    for model in (first, first, second):
        read(unread("metforminn", "metforminn", "warfrin"), Models(drug_linker=model), cache, float("inf"))
    assert first.asked == second.asked == ["metforminn", "warfrin"]


def test_orders_come_first_and_what_is_past_the_bound_is_named_as_not_read() -> None:
    model = Listening()
    texts = [*unread(*(f"text {number}" for number in range(MOST_TEXTS))), UnreadText("order", "draft", "the order")]
    found = read(texts, Models(drug_linker=model), ReadingCache(), float("inf"))
    assert model.asked[0] == "the order" and len(model.asked) == MOST_TEXTS
    assert found.missing == "not recognised, and not read: too many texts"


def test_a_long_text_is_read_to_its_bound() -> None:
    model = Listening()
    read(unread("x" * 5000), Models(drug_linker=model), ReadingCache(), float("inf"))
    assert [len(text) for text in model.asked] == [LONGEST_TEXT]


def test_what_the_deadline_leaves_unread_is_said_and_what_was_read_is_kept() -> None:
    clock, model, cache = count(), Listening(), ReadingCache()
    late = read(unread("a b", "c d", "e f"), Models(drug_linker=model), cache, 2.0, lambda: float(next(clock)))
    assert late.missing == "not recognised, and not read in time"
    assert 0 < len(late.drugs) < 3
    again = read(unread("a b", "c d", "e f"), Models(drug_linker=model), cache, float("inf"))
    assert again.missing is None and sorted(model.asked) == ["a b", "c d", "e f"]


def test_the_cache_forgets_the_longest_unused() -> None:
    cache, model = ReadingCache(size=2), Listening()
    for text in ("a b", "c d", "a b", "e f", "a b", "c d"):
        read(unread(text), Models(drug_linker=model), cache, float("inf"))
    assert model.asked == ["a b", "c d", "e f", "c d"]
