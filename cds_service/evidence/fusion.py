"""Rankings of different kinds -> one: reciprocal rank fusion, and the reranker's order fused with it.

Cormack GV, Clarke CLA, Buettcher S, SIGIR 2009, with their k of 60. It needs no tuning between two scores of different
kinds; meaning counts twice as much as words (measured: `python -m model_export evaluate retrieval`). Where there
is time, a reranker reads the best of them together with the question.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import structlog

from cds_service.errors import ModelRefused
from cds_service.knowledge.passages import Passage

FUSION_K = 60
WEIGHTS = {"bm25": 1.0, "embedder": 2.0}
RERANKED = 20  # how many the reranker reads: each costs as much as embedding a short text

log = structlog.get_logger(__name__)
_Key = TypeVar("_Key", bound=Hashable)


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


def fuse(rankings: Mapping[str, Iterable[_Key]]) -> dict[_Key, dict[str, int]]:
    """The rank, from 1, of everything that was found in each ranking that had it."""
    ranks: dict[_Key, dict[str, int]] = {}
    for name, ranking in rankings.items():
        for rank, key in enumerate(ranking, start=1):
            ranks.setdefault(key, {})[name] = rank
    return ranks


def fused(ranks: Mapping[str, int]) -> float:
    """The weighted sum of reciprocal ranks."""
    return sum(WEIGHTS.get(name, 1.0) / (FUSION_K + rank) for name, rank in ranks.items())


def reranked(reranker: Reranker, query: str, hits: list[Hit]) -> list[Hit]:
    """The best `RERANKED` in the fused order of the search and the reranker, then the others as they were."""
    read, rest = hits[:RERANKED], hits[RERANKED:]
    try:
        scores = [reranker.score(query, hit.passage.content) for hit in read]
    except ModelRefused as error:  # of this one query: its hits stay as the search had them
        log.warning("query_not_reranked", reason=str(error))
        return hits
    best = sorted(range(len(read)), key=lambda place: (-scores[place], place))
    again = [
        replace(
            read[place],
            score=fused({"search": place + 1, "reranker": rank}),
            ranks={**read[place].ranks, "reranker": rank},
        )
        for rank, place in enumerate(best, start=1)
    ]
    return [*sorted(again, key=lambda hit: (-hit.score, hit.passage.id)), *rest]
