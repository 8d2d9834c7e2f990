"""Measures drug linking on a table of medication strings, each read as the text of an order on the service's own way.

The table is tab-separated with a header: medication_text, ingredient_rxcuis (joined by |, empty for a text that names
no drug). Without the gold column nothing is scored and the predictions are still written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from pathlib import Path

from cds_service.chart import Medication, build_chart, merge
from cds_service.hooks import HOOKS
from cds_service.models import Models, load_models
from cds_service.models.drug_candidates import Rxcuis
from cds_service.reading import ReadingCache, read
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.systems import UNCODED
from cds_service.terminology.vocabulary import Vocabulary
from model_export.linking.scores import Answer, score
from model_export.predictions import write_predictions
from model_export.rows import rows_of
from model_export.task import Score, TaskFailed

TEXT, GOLD = "medication_text", "ingredient_rxcuis"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)  # no answer depends on the day


def evaluate_table(data: Path, predictions: Path | None) -> Score:
    """Read, answer and score `data`. Raises TaskFailed when it has no text column or the linker cannot be loaded."""
    settings = Settings.from_env({})
    vocabulary = knowledge_of(settings).vocabulary
    models = load_models(settings, vocabulary.names())
    if models.drug_linker is None:
        raise TaskFailed("; ".join(models.problems))
    answers = [_answer(row, vocabulary, models) for row in rows_of(data, (TEXT,))]
    if predictions:
        lines = (
            {"row": number, "ingredient_rxcuis": list(answer.answered), "abstained": answer.abstained}
            for number, answer in enumerate(answers)
        )
        write_predictions(predictions, lines)
    return score(answers)


def _answer(row: dict[str, str], vocabulary: Vocabulary, models: Models) -> Answer:
    gold = row.get(GOLD)
    meant = None if gold is None else tuple(rxcui for rxcui in gold.split("|") if rxcui)
    rxcuis = read_order(row[TEXT], vocabulary, models)
    if any(rxcui.startswith(UNCODED) for rxcui in rxcuis):
        rxcuis = ()  # the task asks for RxCUIs, and of this drug none is verified
    return Answer(meant, rxcuis, abstained=not rxcuis)


def read_order(text: str, vocabulary: Vocabulary, models: Models) -> Rxcuis:
    """The ingredients that the service takes the text of an order to mean; empty when it does not say."""
    # Of a drug that RxNorm has twice, the one that is written: so the service codes an order, too.
    named = (drug for order in ordered(text, vocabulary, models) for drug in order.written or order.drugs)
    return tuple(dict.fromkeys(drug.rxcui for drug in named))


def ordered(text: str, vocabulary: Vocabulary, models: Models) -> tuple[Medication, ...]:
    """The orders that the service takes a text for, with what checks take their drugs for; empty when it does not say.

    A combination of which it knows a part is not answered: its card says that only that part was assessed.
    """
    order = {
        "resourceType": "MedicationRequest",
        "id": "row",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/row"},
        "medicationCodeableConcept": {"text": text},
    }
    context = {
        "userId": "Practitioner/row",
        "patientId": "row",
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]},
    }
    chart = build_chart(HOOKS["order-sign"].parse(context), {}, vocabulary, _NOW)
    readings = read(chart.texts, models, ReadingCache(), deadline=inf)  # a cache of its own: no row knows another
    orders = merge(chart, readings, vocabulary).orders
    return orders if all(order.drugs and not order.unread for order in orders) else ()
