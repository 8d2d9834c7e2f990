"""The hybrid index: fusion, ties, degradation and the vector cache."""

from __future__ import annotations

import zlib
from types import SimpleNamespace

import numpy as np
import pytest

from cds_service.errors import KnowledgeError, ModelRefused
from cds_service.evidence import HybridIndex, Passage
from cds_service.evidence.fusion import WEIGHTS
from cds_service.models import load_models

PASSAGES = (
    Passage("p1", "Warfarin and NSAIDs", "An NSAID with warfarin raises the risk of gastrointestinal bleeding."),
    Passage("p2", "Metformin and the kidney", "Metformin is contraindicated when the eGFR is below 30."),
    Passage("p3", "Penicillin allergy", "A patient with anaphylaxis to penicillin must not receive amoxicillin."),
    Passage("p4", "Statins", "Clarithromycin raises simvastatin exposure and the risk of rhabdomyolysis."),
)


class WordHashEmbedder:
    """A small embedder: counts of words in 64 buckets, of length one. Remembers what it was asked."""

    def __init__(self, version: str = "word-hash 1") -> None:
        self.version = version
        self.asked: list[str] = []

    def embed(self, text: str) -> np.ndarray:
        self.asked.append(text)
        vector = np.ones(64, dtype=np.float32) / 100
        for word in text.lower().split():
            vector[zlib.crc32(word.encode()) % 64] += 1
        return vector / np.float32(np.linalg.norm(vector))


class RefusingEmbedder(WordHashEmbedder):
    def embed(self, text: str) -> np.ndarray:  # noqa: ARG002 - it refuses whatever it is asked
        raise ModelRefused("embedder: the answer is not a usable vector")


class ForgetfulEmbedder(WordHashEmbedder):
    """Embeds the passages and refuses every query."""

    def embed(self, text: str) -> np.ndarray:
        if "?" in text:
            raise ModelRefused("embedder: the answer is not a usable vector")
        return super().embed(text)


def ids(hits):
    return [hit.passage.id for hit in hits]


def test_the_passage_that_both_rankings_put_first_comes_first():
    hits = HybridIndex(PASSAGES, WordHashEmbedder()).search("warfarin with an NSAID bleeding")
    assert hits[0].passage.id == "p1"
    assert hits[0].ranks == {"bm25": 1, "embedder": 1}
    assert hits[0].score == pytest.approx(3 / 61)  # meaning counts twice


def test_the_score_is_the_weighted_sum_of_reciprocal_ranks():
    for hit in HybridIndex(PASSAGES, WordHashEmbedder()).search("metformin eGFR risk", k=4):
        assert hit.score == pytest.approx(sum(WEIGHTS[name] / (60 + rank) for name, rank in hit.ranks.items()))


class LikesOne:
    """A reranker for which one passage answers everything, and nothing else anything."""

    def __init__(self, liked: str) -> None:
        self.liked = liked

    def score(self, _: str, passage: str) -> float:
        return 5.0 if self.liked in passage else -5.0


def test_the_reranker_lifts_what_answers_and_keeps_the_rest() -> None:
    plain = HybridIndex(PASSAGES, WordHashEmbedder())
    last = plain.search("warfarin with an NSAID bleeding", k=len(PASSAGES))[-1]
    index = HybridIndex(PASSAGES, WordHashEmbedder(), reranker=LikesOne(last.passage.text))
    reranked = index.search("warfarin with an NSAID bleeding", k=len(PASSAGES), rerank=True)
    assert {hit.passage.id for hit in reranked} == set(ids(plain.search("warfarin with an NSAID bleeding", k=99)))
    lifted = next(hit for hit in reranked if hit.passage.id == last.passage.id)
    assert lifted.ranks["reranker"] == 1
    assert ids(reranked).index(last.passage.id) < len(PASSAGES) - 1
    assert ids(index.search("warfarin with an NSAID bleeding")) == ids(plain.search("warfarin with an NSAID bleeding"))


class Mute:
    def score(self, _: str, __: str) -> float:
        raise ModelRefused("reranker: the answer is no number")


def test_a_reranker_that_refuses_leaves_the_order_of_the_search() -> None:
    plain = HybridIndex(PASSAGES, WordHashEmbedder())
    index = HybridIndex(PASSAGES, WordHashEmbedder(), reranker=Mute())
    assert ids(index.search("metformin eGFR risk", rerank=True)) == ids(plain.search("metformin eGFR risk"))


def test_without_an_embedder_words_alone_decide_and_the_index_says_so():
    index = HybridIndex(PASSAGES, None)
    assert index.degraded
    assert ids(index.search("metformin")) == ["p2"]
    assert index.search("metformin")[0].ranks == {"bm25": 1}
    assert index.search("zebra") == []


def test_an_embedder_that_refuses_degrades_the_index_instead_of_stopping_it():
    index = HybridIndex(PASSAGES, RefusingEmbedder())
    assert "not a usable vector" in index.degraded
    assert ids(index.search("metformin")) == ["p2"]


def test_an_embedder_that_refuses_one_query_leaves_the_ranking_by_words():
    index = HybridIndex(PASSAGES, ForgetfulEmbedder())
    assert index.degraded is None
    hits = index.search("metformin?")
    assert ids(hits) == ["p2"]
    assert hits[0].ranks == {"bm25": 1}


def test_equal_scores_are_ordered_by_id_whatever_the_order_of_the_passages():
    twins = [Passage(f"t{number}", "", "the same words here") for number in (3, 1, 2)]
    for passages in (twins, twins[::-1]):
        assert ids(HybridIndex(passages, WordHashEmbedder()).search("same words")) == ["t1", "t2", "t3"]
        assert ids(HybridIndex(passages, None).search("same words")) == ["t1", "t2", "t3"]


def test_excluded_passages_make_room_for_the_next():
    index = HybridIndex(PASSAGES, WordHashEmbedder())
    everything = ids(index.search("risk of bleeding with warfarin", k=4))
    assert ids(index.search("risk of bleeding with warfarin", k=2, exclude=everything[:1])) == everything[1:3]


@pytest.mark.parametrize("query", ["", "   ", "\x00", "the", "\ud800", "?" * 100_000])
def test_a_query_without_words_does_not_break(query):
    assert HybridIndex(PASSAGES, None).search(query) == []
    assert isinstance(HybridIndex(PASSAGES, WordHashEmbedder()).search(query), list)


@pytest.mark.parametrize("passages", [(), (Passage("only", "", "!!"),)])
def test_an_index_without_words_finds_nothing_by_words(passages):
    assert HybridIndex(passages, None).search("anything") == []
    assert len(HybridIndex(passages, WordHashEmbedder())) == len(passages)


def test_no_more_than_k_hits_come_back():
    index = HybridIndex(PASSAGES, WordHashEmbedder())
    assert len(index.search("risk", k=2)) == 2
    assert index.search("risk", k=0) == []


def test_building_and_searching_print_nothing(capfd):
    HybridIndex(PASSAGES, WordHashEmbedder()).search("warfarin")
    assert capfd.readouterr() == ("", "")


def test_the_second_start_takes_vectors_from_the_cache(tmp_path):
    first = HybridIndex(PASSAGES, WordHashEmbedder(), tmp_path / "evidence")
    again = WordHashEmbedder()
    second = HybridIndex(PASSAGES, again, tmp_path / "evidence")
    assert again.asked == []
    assert second.search("warfarin bleeding", k=4) == first.search("warfarin bleeding", k=4)
    assert [file.suffix for file in (tmp_path / "evidence").glob("*.npz")] == [".npz"]


@pytest.mark.parametrize(
    ("passages", "version"), [(PASSAGES, "word-hash 2"), (PASSAGES[:3], "word-hash 1"), (PASSAGES[1:], "word-hash 1")]
)
def test_other_weights_or_other_texts_are_embedded_anew(tmp_path, passages, version):
    HybridIndex(PASSAGES, WordHashEmbedder(), tmp_path)
    other = WordHashEmbedder(version)
    HybridIndex(passages, other, tmp_path)
    assert len(other.asked) == len(passages)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not an archive"])
def test_a_damaged_cache_file_is_made_again(tmp_path, content):
    HybridIndex(PASSAGES, WordHashEmbedder(), tmp_path)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(content)
    embedder = WordHashEmbedder()
    assert HybridIndex(PASSAGES, embedder, tmp_path).search("warfarin")[0].passage.id == "p1"
    assert len(embedder.asked) == len(PASSAGES) + 1
    unused = WordHashEmbedder()
    HybridIndex(PASSAGES, unused, tmp_path)
    assert unused.asked == []


def test_a_cache_that_holds_no_numbers_is_made_again(tmp_path):
    HybridIndex(PASSAGES, WordHashEmbedder(), tmp_path)
    (file,) = tmp_path.glob("*.npz")
    np.savez(file, vectors=np.full((len(PASSAGES), 64), np.nan, dtype=np.float32))
    embedder = WordHashEmbedder()
    HybridIndex(PASSAGES, embedder, tmp_path)
    assert len(embedder.asked) == len(PASSAGES)


def test_a_cache_folder_that_cannot_be_written_is_worked_around(tmp_path):
    (tmp_path / "file").write_text("in the way")
    index = HybridIndex(PASSAGES, WordHashEmbedder(), tmp_path / "file")
    assert index.search("warfarin")[0].passage.id == "p1"


def test_six_thousand_passages_are_searched_and_none_is_embedded_again():
    random = np.random.default_rng(7)
    words = np.array([f"word{number}" for number in range(4000)])
    passages = [Passage(f"d{number:04}", "", " ".join(random.choice(words, 80))) for number in range(6000)]
    embedder = WordHashEmbedder()
    index = HybridIndex(passages, embedder)
    assert len(embedder.asked) == len(passages)
    for number in range(0, 6000, 300):
        hits = index.search(passages[number].text[:200], k=100)
        assert hits[0].passage.id == passages[number].id
        assert len(hits) == 100
    assert len(embedder.asked) == len(passages) + 20  # each question, once


def test_the_real_embedder_finds_by_meaning_what_shares_no_word(tmp_path):
    embedder = load_models(SimpleNamespace(models_dir=None), ()).embedder
    assert embedder is not None
    index = HybridIndex(PASSAGES, embedder, tmp_path)
    hits = index.search("hemorrhage in someone who takes coumadin and ibuprofen")
    assert index.degraded is None
    assert hits[0].passage.id == "p1"
    assert hits[0].ranks["embedder"] == 1


def test_two_passages_with_one_id_are_refused():
    with pytest.raises(KnowledgeError, match="a"):
        HybridIndex([Passage("a", "", "x"), Passage("b", "", "z"), Passage("a", "", "y")], None)
