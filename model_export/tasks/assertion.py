"""What sentences say of the conditions that they name, measured as the service reads them: by cues and their reach.

No network is in it: on development data the cues alone read denial and the past better than the issue asks, and a model
would have to gain a hundredth over them to be worth its weight.
"""

from __future__ import annotations

from model_export.task import Evaluation, Score, Task


def evaluate(asked: Evaluation) -> Score:
    """Measure the reading of assertions on a table; see assertions.evaluation."""
    from model_export.assertions.evaluation import evaluate_table  # the serving environment's

    return evaluate_table(asked.data, asked.predictions)


TASK = Task(name="assertion", model="assertion-rules", evaluate=evaluate)
