"""The search within one process: BM25 for the words and the embedder for the meaning, fused by reciprocal rank.

Of a long passage only the head is embedded, which says what it is about (measured: `python -m model_export evaluate
retrieval`). Without an embedder the words alone decide, and `degraded` says so. Equal scores are ordered by passage id,
so the same question always gets the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import bm25s
import numpy as np
import structlog
from numpy.typing import NDArray

from cds_service.errors import ModelRefused
from cds_service.evidence.filters import Facets, Filters, as_number
from cds_service.evidence.fusion import RERANKED, Hit, Reranker, fuse, fused, reranked
from cds_service.evidence.near import NearVectors
from cds_service.evidence.passages import by_id
from cds_service.evidence.vectors import Embedder, passage_vectors
from cds_service.knowledge.passages import Passage

__all__ = ["Embedder", "Hit", "HybridIndex", "Parts", "Reranker"]

TITLE_COUNTS = 3  # times that a word of the title counts as one of the text
HEAD = 400  # characters of the text that are embedded, after the title
DEPTH = 100  # how many of each ranking take part in the fusion
MAX_QUERY = 2000  # characters
NO_FILTERS = Filters()
COMMAND = "python -m cds_service evidence index"
WORDS_ALONE = "no embedder: evidence is ranked by words alone"

log = structlog.get_logger(__name__)


class HybridIndex:
    """An index over passages. Building it embeds every passage that the cache does not hold; `of` takes built parts."""

    def __init__(
        self,
        passages: Iterable[Passage],
        embedder: Embedder | None,
        cache_dir: Path | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        # In the order of their ids, so that a stable sort by score breaks ties by id.
        self._passages: Sequence[Passage] = by_id(passages)
        self._embedder = embedder
        self._reranker = reranker
        self.degraded: str | None = None if embedder else WORDS_ALONE
        self._bm25: bm25s.BM25 | None = words_index(words_of(passage) for passage in self._passages)
        self._facets = Facets.of(self._passages)
        self._vectors: NearVectors | None = None
        if embedder and self._passages:
            self._embed_all([head_of(passage) for passage in self._passages], embedder, cache_dir)

    @classmethod
    def of(cls, parts: Parts, embedder: Embedder | None, reranker: Reranker | None = None) -> HybridIndex:
        """An index of parts that were built before, on disk for example; nothing is embedded."""
        index = cls((), embedder, reranker=reranker)
        index._passages, index._bm25, index._facets = parts.passages, parts.bm25, parts.facets
        index._vectors = parts.vectors if embedder else None
        return index

    def __len__(self) -> int:
        return len(self._passages)

    def _embed_all(self, texts: list[str], embedder: Embedder, cache_dir: Path | None) -> None:
        try:
            self._vectors = NearVectors.of(passage_vectors(texts, embedder, cache_dir))
        except ModelRefused as error:
            self.degraded = f"{error}: evidence is ranked by words alone"
            log.error("evidence_degraded", reason=str(error))

    def search(
        self,
        query: str,
        k: int = 5,
        exclude: Collection[str] = (),
        rerank: bool = False,
        filters: Filters = NO_FILTERS,
        today: date | None = None,
    ) -> list[Hit]:
        """The `k` best passages for `query`, without those whose id is in `exclude` or that `filters` leave out.

        `rerank` has the reranker read the best of them, where there is one. What has retired by `today` is not found.
        Empty when the query is blank, and when the embedder does not rank and no word is shared.
        """
        query = query[:MAX_QUERY].encode("utf-8", "replace").decode().strip()
        if not query or not self._passages or k < 1:
            return []
        depth = max(DEPTH, k) + len(exclude)
        allowed = self._facets.allowed(filters, as_number(today.isoformat()) if today else 0)
        by_words = self._by_words(query, depth, allowed)
        by_meaning, near = self._by_meaning(query, depth, allowed)
        ranks = fuse({"bm25": by_words.tolist(), "embedder": by_meaning.tolist()})
        best = sorted(ranks, key=lambda position: (-fused(ranks[position]), position))
        found = (Hit(self._passages[one], fused(ranks[one]), ranks[one], near.get(one)) for one in best)
        hits = list(islice((hit for hit in found if hit.passage.id not in exclude), max(k, RERANKED)))
        return (reranked(self._reranker, query, hits) if rerank and self._reranker else hits)[:k]

    def _by_words(self, query: str, depth: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
        tokens = _tokens([query])[0]
        if self._bm25 is None or not tokens:
            return np.empty(0, dtype=np.intp)
        scores: NDArray[np.float32] = self._bm25.get_scores(tokens)
        if allowed is not None:
            scores[~allowed] = 0
        return _best(scores, depth)

    def _by_meaning(
        self, query: str, depth: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.intp], dict[int, float]]:
        """Positions, nearest first, with their cosines; none without an embedder, or when it refuses this query."""
        if self._embedder is None or self._vectors is None:
            return np.empty(0, dtype=np.intp), {}
        try:
            vector = self._embedder.embed(query)
        except ModelRefused as error:  # of this one query; its hits then show a rank by words alone
            log.warning("query_not_embedded", reason=str(error))
            return np.empty(0, dtype=np.intp), {}
        positions, cosines = self._vectors.nearest(vector, depth, allowed)
        return positions, {int(place): float(near) for place, near in zip(positions, cosines, strict=True)}


@dataclass(frozen=True, slots=True)
class Parts:
    """What an index is made of, by position; passages are in the order of their ids."""

    passages: Sequence[Passage]
    bm25: bm25s.BM25 | None
    vectors: NearVectors | None
    facets: Facets


def _best(scores: NDArray[np.float32], depth: int) -> NDArray[np.intp]:
    """Positions of the `depth` greatest scores above zero, greatest first; equal ones by position."""
    limit = np.partition(scores, -depth)[-depth] if depth < len(scores) else 0
    found = np.flatnonzero(scores >= limit) if limit > 0 else np.flatnonzero(scores > 0)
    return found[np.argsort(-scores[found], kind="stable")][:depth]


def words_of(passage: Passage) -> str:
    return " ".join((*[passage.title] * TITLE_COUNTS, passage.text))


def head_of(passage: Passage) -> str:
    head = passage.text[:HEAD]
    return f"{passage.title}. {head}" if passage.title else head


def _tokens(texts: list[str]) -> list[list[str]]:
    tokens: list[list[str]] = bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False)
    return tokens


def words_index(texts: Iterable[str]) -> bm25s.BM25 | None:
    """A BM25 index, or None when no text holds a word: bm25s does not index nothing."""
    tokens = _tokens(list(texts))
    if not any(tokens):
        return None
    index = bm25s.BM25(backend="numpy")
    index.index(tokens, show_progress=False)
    return index
