"""Directions, measured as the service reads them: patterns, a normaliser and a check by writing them out again."""

from __future__ import annotations

from model_export.task import Evaluation, Score, Task


def evaluate(asked: Evaluation) -> Score:
    """Measure the reading of directions on a table; see directions.evaluation."""
    from model_export.directions.evaluation import evaluate_table  # the serving environment's, not the export's

    return evaluate_table(asked.data, asked.predictions)


TASK = Task(name="sig", model="directions", evaluate=evaluate)
