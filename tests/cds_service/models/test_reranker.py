"""The reranker as shipped: a score hangs on its pair alone, and what answers stands above its neighbours."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cds_service.errors import ModelRefused
from cds_service.models import WEIGHTS
from cds_service.models.embedder import Embedder
from cds_service.models.manifest import WeightsFolder
from cds_service.models.reranker import LONGEST_PASSAGE, LONGEST_QUESTION, Reranker
from tests.bench.model_cost import TOKENS, of_words

QUESTION = "How is gout treated?"
PASSAGES = (
    "Gout. Attacks are treated with colchicine, an NSAID or a glucocorticoid; allopurinol lowers the urate.",
    "Gout. It arises from crystals of uric acid in a joint, most often of the big toe.",
    "Gout. About four in a hundred adults have it, men more often than women.",
    "Asthma. It narrows the airways and comes in attacks.",
)


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker.load(WeightsFolder.open(WEIGHTS))


def test_a_pair_alone_and_among_others_gives_the_same_score_to_the_last_bit(reranker: Reranker) -> None:
    alone = [Reranker.load(WeightsFolder.open(WEIGHTS)).score(QUESTION, passage) for passage in PASSAGES]
    forwards = [reranker.score(QUESTION, passage) for passage in PASSAGES]
    reranker.score("overview of asthma", "Asthma narrows the airways. " * 40)
    backwards = [reranker.score(QUESTION, passage) for passage in PASSAGES[::-1]]
    assert alone == forwards == backwards[::-1]


def test_the_passage_that_answers_stands_above_others_about_the_same_and_about_another_matter(
    reranker: Reranker,
) -> None:
    right, *others = (reranker.score(QUESTION, passage) for passage in PASSAGES)
    assert right > max(others)


def test_what_stands_beyond_the_longest_is_not_read(reranker: Reranker) -> None:
    question, passage = "gout " * (LONGEST_QUESTION // 5), "joint " * (LONGEST_PASSAGE // 6)
    assert reranker.score(question, passage) == reranker.score(question + "asthma", passage + "airway")


@pytest.mark.parametrize("text", ["", " ", "\N{ZERO WIDTH SPACE}", "naïve 80 µg", "𝔤𝔬𝔲𝔱", "word " * 5000])
def test_any_text_gets_a_finite_score(reranker: Reranker, text: str) -> None:
    assert np.isfinite([reranker.score(text, PASSAGES[0]), reranker.score(QUESTION, text)]).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_an_answer_that_is_no_number_is_refused(broken: float) -> None:
    encoding = SimpleNamespace(ids=[2], attention_mask=[1], type_ids=[0])
    session = SimpleNamespace(run=lambda *_: [np.array([[broken]])])
    with pytest.raises(ModelRefused, match="no number"):
        Reranker(session, SimpleNamespace(encode=lambda *_: encoding), "1").score("q", "p")  # type: ignore[arg-type]


def test_the_bench_measures_as_many_tokens_as_it_says(reranker: Reranker) -> None:
    embedder, (alone, pair) = Embedder.load(WeightsFolder.open(WEIGHTS)), of_words()
    assert len(embedder._tokenizer.encode(alone).ids) == TOKENS
    assert len(reranker._tokenizer.encode(*pair).ids) == TOKENS
