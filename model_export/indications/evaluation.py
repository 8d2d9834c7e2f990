"""Measures which problem an order is taken to treat, by the same look-up as the order-completion service.

The table is tab-separated with a header: order_text, gold_problem (empty = none fits), candidate_problems (joined by
|), and optionally group (scored apart too). Without the gold column nothing is scored and the predictions are still
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cds_service.knowledge.fitting import Entry, fits
from cds_service.knowledge.knowledge import Knowledge
from cds_service.models import Models, load_models
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from model_export.cards.groups import of_groups
from model_export.linking.evaluation import ordered
from model_export.predictions import write_predictions
from model_export.rows import rows_of
from model_export.task import Score, TaskFailed

_NEEDED = ("order_text", "candidate_problems")


@dataclass(frozen=True, slots=True)
class Answer:
    """`gold` is None where the row has none; "" where no candidate fits. `problem` is None for "none fits"."""

    gold: str | None
    problem: str | None


def evaluate_table(data: Path, predictions: Path | None) -> Score:
    """Read, answer and score `data`. Raises TaskFailed when a column is missing or the linker cannot be loaded."""
    settings = Settings.from_env({})
    knowledge = knowledge_of(settings)
    models = load_models(settings, knowledge.vocabulary.names())
    if models.drug_linker is None:
        raise TaskFailed("; ".join(models.problems))
    rows = list(rows_of(data, _NEEDED))
    answers = [
        Answer(row.get("gold_problem"), chosen(knowledge, models, row["order_text"], _candidates(row))) for row in rows
    ]
    if predictions:
        write_predictions(predictions, ({"row": at, "problem": one.problem} for at, one in enumerate(answers)))
    return {**score(answers), **of_groups(rows, answers, score)}


def chosen(knowledge: Knowledge, models: Models, order: str, candidates: Sequence[str]) -> str | None:
    """The candidate that the order most likely treats, or None."""
    medications = ordered(order, knowledge.vocabulary, models)
    drugs = [drug for medication in medications for drug in medication.drugs]
    routes = frozenset(route for medication in medications for route in medication.routes)
    found = fits(knowledge, drugs, [Entry(candidate) for candidate in candidates], routes)
    return candidates[found[0].at] if found else None


def score(answers: Sequence[Answer]) -> Score:
    """Accuracy over rows with a gold problem; precision and recall of "none fits" over all rows."""
    gold = [answer for answer in answers if answer.gold is not None]
    if not gold:
        return {"n": len(answers)}
    problems = [answer for answer in gold if answer.gold]
    none_said = [answer for answer in gold if answer.problem is None]
    none_right = sum(not answer.gold for answer in none_said)
    none_gold = len(gold) - len(problems)
    right = sum(answer.problem == answer.gold for answer in problems)
    return {
        "n": len(answers),
        "accuracy_at_1": right / len(problems) if problems else None,
        "none_precision": none_right / len(none_said) if none_said else None,
        "none_recall": none_right / none_gold if none_gold else None,
    }


def _candidates(row: dict[str, str]) -> list[str]:
    return [candidate for candidate in row["candidate_problems"].split("|") if candidate]
