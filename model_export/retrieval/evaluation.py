"""Measures the evidence search on a BEIR folder: corpus.jsonl, queries.jsonl (each may be gzipped), qrels.tsv.

The index is the service's own: BM25 and the embedder over title and text, fused by reciprocal rank. nDCG@10 takes
2^score - 1 as the gain of a document. Queries without a judgement are ranked and written, and not scored.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

from cds_service.evidence import HybridIndex
from cds_service.models import load_models
from cds_service.settings import Settings
from model_export.predictions import write_predictions
from model_export.retrieval.folder import Judgements, judgements_of, lines_of, passage_of
from model_export.task import Score, TaskFailed

DEPTH, SCORED = 100, 10
Rankings = Mapping[str, Sequence[str]]


def evaluate_folder(folder: Path, predictions: Path | None, rerank: bool) -> Score:
    """Index, search and score `folder`. Raises TaskFailed when a file is missing or a model cannot be loaded."""
    settings = Settings.from_env()
    models = load_models(settings, ())
    if models.embedder is None or (rerank and models.reranker is None):
        raise TaskFailed("; ".join(models.problems))
    passages = map(passage_of, lines_of(folder, "corpus"))
    index = HybridIndex(passages, models.embedder, settings.run_dir / "evaluation", models.reranker)
    rankings: dict[str, Sequence[str]] = {}
    spent = []
    for query in lines_of(folder, "queries"):
        started = time.perf_counter()
        rankings[query["_id"]] = [hit.passage.id for hit in index.search(query["text"], k=DEPTH, rerank=rerank)]
        spent.append((time.perf_counter() - started) * 1000)
    if predictions:
        write_predictions(predictions, ({"query-id": query, "ranking": found} for query, found in rankings.items()))
    return {
        "n": len(rankings),
        **scores(rankings, judgements_of(folder)),
        "p50_ms": round(median(spent), 2) if spent else 0,
    }


def scores(rankings: Rankings, judgements: Judgements) -> dict[str, float]:
    """Means over the judged queries; nothing when there is none."""
    judged = [query for query in rankings if any(score > 0 for score in judgements.get(query, {}).values())]
    if not judged:
        return {}
    return {
        "ndcg_at_10": round(fmean(ndcg(rankings[query], judgements[query]) for query in judged), 4),
        "mrr_at_10": round(fmean(reciprocal_rank(rankings[query], judgements[query]) for query in judged), 4),
    }


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int]) -> float:
    """Discounted gain of the first ten over the best possible one."""
    best = sorted(relevant.values(), reverse=True)
    return _gain([relevant.get(document, 0) for document in ranking]) / _gain(best)


def reciprocal_rank(ranking: Sequence[str], relevant: Mapping[str, int]) -> float:
    """1 / rank of the first relevant document among the first ten, else 0."""
    places = (place for place, document in enumerate(ranking[:SCORED], start=1) if relevant.get(document, 0) > 0)
    return 1 / next(places, math.inf)


def _gain(relevances: Sequence[int]) -> float:
    return sum((2**score - 1) / math.log2(place + 1) for place, score in enumerate(relevances[:SCORED], start=1))
