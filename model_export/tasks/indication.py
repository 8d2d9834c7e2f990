"""Which problem an order treats: measured as the order-completion service finds it, by cited rows."""

from __future__ import annotations

from model_export.task import Evaluation, Score, Task


def evaluate(asked: Evaluation) -> Score:
    """Measure the choice of a problem on a table; see indications.evaluation."""
    from model_export.indications.evaluation import evaluate_table  # the serving environment's, not the export's

    return evaluate_table(asked.data, asked.predictions)


TASK = Task(name="indication", model="indications", evaluate=evaluate)
