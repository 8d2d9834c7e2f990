"""Related evidence: BM25 for the words and the embedder for the meaning, fused by reciprocal rank.

Reciprocal rank fusion: Cormack GV, Clarke CLA, Buettcher S, SIGIR 2009, with their k of 60. It needs no tuning between
two scores of different kinds; meaning counts twice as much as words, and of a long passage only the head is embedded,
which says what it is about (both measured: `python -m model_export evaluate retrieval`). Without an embedder the words
alone decide, and `degraded` says so. Equal scores are ordered by passage id, so the same question always gets the same
answer.

Where there is time, a reranker reads the best of them together with the question, and its order is fused with theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import bm25s
import numpy as np
import structlog
from numpy.typing import NDArray

from cds_service.errors import ModelRefused
from cds_service.evidence.passages import Passage, Passages
from cds_service.evidence.vectors import Embedder, Vectors, passage_vectors

__all__ = ["Embedder", "Hit", "HybridIndex"]

FUSION_K = 60
WEIGHTS = {"bm25": 1.0, "embedder": 2.0}
TITLE_COUNTS = 3  # times that a word of the title counts as one of the text
HEAD = 400  # characters of the text that are embedded, after the title
DEPTH = 100  # how many of each ranking take part in the fusion
MAX_QUERY = 2000  # characters
RERANKED = 20  # how many the reranker reads: each costs as much as embedding a short text

log = structlog.get_logger(__name__)


class Reranker(Protocol):
    """Reads a question and a passage together; a higher score is a better answer to that question."""

    def score(self, question: str, passage: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, its fused score, and its rank, from 1, in each ranking that had it.

    Rankings are "bm25", "embedder" and, where it was asked for, "reranker".
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int]
    similarity: float | None = None  # cosine of question and passage, -1 to 1, where the embedder ranked it


class HybridIndex:
    """An index over passages held in memory. Building it embeds every passage that the cache does not hold."""

    def __init__(
        self,
        passages: Iterable[Passage] | Passages,
        embedder: Embedder | None,
        cache_dir: Path | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        # In the order of their ids, so that a stable sort by score breaks ties by id.
        self._passages = sorted(Passages(passages), key=lambda passage: passage.id)
        self._embedder = embedder
        self._reranker = reranker
        self.degraded: str | None = None if embedder else "no embedder: evidence is ranked by words alone"
        self._bm25: bm25s.BM25 | None = _bm25([_words(passage) for passage in self._passages])
        self._vectors: Vectors | None = None
        if embedder and self._passages:
            self._embed_all([_head(passage) for passage in self._passages], embedder, cache_dir)

    def __len__(self) -> int:
        return len(self._passages)

    def _embed_all(self, texts: list[str], embedder: Embedder, cache_dir: Path | None) -> None:
        try:
            self._vectors = passage_vectors(texts, embedder, cache_dir)
        except ModelRefused as error:
            self.degraded = f"{error}: evidence is ranked by words alone"
            log.error("evidence_degraded", reason=str(error))

    def search(self, query: str, k: int = 5, exclude: Collection[str] = (), rerank: bool = False) -> list[Hit]:
        """The `k` best passages for `query`, without those whose id is in `exclude`.

        `rerank` has the reranker read the best of them, where there is one. Empty when the query is blank, and when
        the embedder does not rank and no word is shared.
        """
        query = query[:MAX_QUERY].encode("utf-8", "replace").decode().strip()
        if not query or not self._passages or k < 1:
            return []
        depth = max(DEPTH, k) + len(exclude)
        near = self._similarities(query)
        by_meaning = np.argsort(-near, kind="stable")[:depth]
        ranks: dict[int, dict[str, int]] = {}
        for name, ranking in (("bm25", self._by_words(query, depth)), ("embedder", by_meaning)):
            for rank, position in enumerate(ranking, start=1):
                ranks.setdefault(int(position), {})[name] = rank
        hits = [
            Hit(self._passages[position], _fused(found), found, float(near[position]) if near.size else None)
            for position, found in ranks.items()
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.passage.id))
        hits = [hit for hit in hits if hit.passage.id not in exclude]
        return (self._reranked(query, hits) if rerank and self._reranker else hits)[:k]

    def _reranked(self, query: str, hits: list[Hit]) -> list[Hit]:
        """The best `RERANKED` in the fused order of the search and the reranker, then the others as they were."""
        read, rest = hits[:RERANKED], hits[RERANKED:]
        try:
            scores = [self._reranker.score(query, hit.passage.content) for hit in read] if self._reranker else []
        except ModelRefused as error:  # of this one query: its hits stay as the search had them
            log.warning("query_not_reranked", reason=str(error))
            return hits
        best = sorted(range(len(read)), key=lambda place: (-scores[place], place))
        reranked = [
            replace(
                read[place],
                score=_fused({"search": place + 1, "reranker": rank}),
                ranks={**read[place].ranks, "reranker": rank},
            )
            for rank, place in enumerate(best, start=1)
        ]
        return [*sorted(reranked, key=lambda hit: (-hit.score, hit.passage.id)), *rest]

    def _by_words(self, query: str, depth: int) -> NDArray[np.intp]:
        tokens = _tokens([query])[0]
        if self._bm25 is None or not tokens:
            return np.empty(0, dtype=np.intp)
        scores: NDArray[np.float32] = self._bm25.get_scores(tokens)
        best = np.argsort(-scores, kind="stable")[:depth]
        return best[scores[best] > 0]

    def _similarities(self, query: str) -> NDArray[np.float32]:
        """The cosine of the query with every passage; empty when there is no embedder, or none for this query."""
        if self._embedder is None or self._vectors is None:
            return np.empty(0, dtype=np.float32)
        try:
            similarities: NDArray[np.float32] = self._vectors @ self._embedder.embed(query)
        except ModelRefused as error:  # of this one query; its hits then show a rank by words alone
            log.warning("query_not_embedded", reason=str(error))
            return np.empty(0, dtype=np.float32)
        # Rounded, because a matrix product may differ in the last bit between equal rows, and a tie must stay a tie.
        return similarities.round(6)


def _words(passage: Passage) -> str:
    return " ".join((*[passage.title] * TITLE_COUNTS, passage.text))


def _head(passage: Passage) -> str:
    head = passage.text[:HEAD]
    return f"{passage.title}. {head}" if passage.title else head


def _fused(ranks: Mapping[str, int]) -> float:
    return sum(WEIGHTS.get(name, 1.0) / (FUSION_K + rank) for name, rank in ranks.items())


def _tokens(texts: list[str]) -> list[list[str]]:
    tokens: list[list[str]] = bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False)
    return tokens


def _bm25(texts: list[str]) -> bm25s.BM25 | None:
    """A BM25 index, or None when no text holds a word: bm25s does not index nothing."""
    tokens = _tokens(texts)
    if not any(tokens):
        return None
    index = bm25s.BM25(backend="numpy")
    index.index(tokens, show_progress=False)
    return index
