"""BM25, the embedder, their fusion and the reranked order side by side on one BEIR folder, with bootstrap intervals.

`python -m model_export compare-retrieval --data FOLDER`: one search gives all four, so they differ in nothing
else. Intervals: 95 %, percentiles of 2,000 resamples of the questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cds_service.evidence import Hit, HybridIndex
from cds_service.evidence.fusion import fused
from cds_service.models import load_models
from cds_service.settings import Settings
from model_export.retrieval.evaluation import ndcg
from model_export.retrieval.folder import judgements_of, lines_of, passage_of
from model_export.task import TaskFailed

ALL = 400  # more than both rankings together hold
RESAMPLES, SEED = 2000, 7


def compare(folder: Path) -> dict[str, Any]:
    """{"n", way: {"ndcg_at_10", "interval"}}. Raises TaskFailed when a model or a file is missing."""
    settings = Settings.from_env()
    models = load_models(settings, ())
    if models.embedder is None or models.reranker is None:
        raise TaskFailed("; ".join(models.problems))
    passages = map(passage_of, lines_of(folder, "corpus"))
    index = HybridIndex(passages, models.embedder, settings.run_dir / "evaluation", models.reranker)
    judgements = judgements_of(folder)
    gained: dict[str, list[float]] = {}
    for query in lines_of(folder, "queries"):
        relevant = judgements.get(query["_id"], {})
        if any(score > 0 for score in relevant.values()):
            for way, ranking in orders(index.search(query["text"], k=ALL, rerank=True)).items():
                gained.setdefault(way, []).append(ndcg(ranking, relevant))
    return {"n": len(gained.get("fused", ())), **{way: _summary(values) for way, values in gained.items()}}


def orders(hits: Sequence[Hit]) -> Mapping[str, list[str]]:
    """Document ids in the order of each way, from the hits of one reranked search."""
    found: dict[str, list[str]] = {}
    for way in ("bm25", "embedder"):
        ranked = sorted((hit for hit in hits if way in hit.ranks), key=lambda hit: hit.ranks[way])
        found[way] = [hit.passage.id for hit in ranked]
    plain = {hit.passage.id: fused({k: v for k, v in hit.ranks.items() if k != "reranker"}) for hit in hits}
    found["fused"] = sorted(plain, key=lambda name: (-plain[name], name))
    found["reranked"] = [hit.passage.id for hit in hits]
    return found


def _summary(values: Sequence[float]) -> dict[str, Any]:
    scores = np.array(values)
    picks = np.random.default_rng(SEED).integers(0, len(scores), (RESAMPLES, len(scores)))
    low, high = np.percentile(scores[picks].mean(axis=1), [2.5, 97.5])
    return {"ndcg_at_10": round(float(scores.mean()), 4), "interval": [round(float(low), 4), round(float(high), 4)]}
