"""Evidence search, measured as the service does it: BM25 and the embedder, with or without the reranker."""

from __future__ import annotations

from cds_service.models.embedder import NAME
from model_export.task import Evaluation, Score, Task


def evaluate(asked: Evaluation) -> Score:
    """Measure the fused search on a BEIR folder; see retrieval.evaluation."""
    # Needs the whole serving environment, which the export environment that makes the embedder is not.
    from model_export.retrieval.evaluation import evaluate_folder

    return evaluate_folder(asked.data, asked.predictions, asked.rerank)


TASK = Task(name="retrieval", model=NAME, evaluate=evaluate)
