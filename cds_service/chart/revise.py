"""The chart as it would be after a proposal was accepted: one order saying another text, or one more order.

For verification only.
"""

from __future__ import annotations

from dataclasses import replace

from cds_service.chart.medications.reading import MedicationReader
from cds_service.chart.model import Chart
from cds_service.terminology.vocabulary import Vocabulary

# What spoke of the old drug and dose; all else of the order (its reason, what it renews) stays.
_OF_THE_OLD_DRUG = frozenset(
    {"medicationReference", "medicationCodeableConcept", "dosageInstruction", "dispenseRequest", "contained"}
)


ADDED = "MedicationRequest/added"  # the reference of an order that is only tried


def with_added(chart: Chart, order_text: str, vocabulary: Vocabulary) -> Chart:
    """`chart` with one more order, the only one in focus; the drafts stand beside it, as when all are signed."""
    order = {
        "resourceType": "MedicationRequest",
        "id": ADDED.partition("/")[2],
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": order_text},
    }
    read = MedicationReader(vocabulary, chart.now, {}).read(order)
    return replace(chart, orders=(read,), background=(*chart.background, *chart.orders), texts=())


def revised(chart: Chart, reference: str, order_text: str, vocabulary: Vocabulary) -> Chart:
    """`chart` with the order `reference` (Type/id) saying `order_text`."""
    reader = MedicationReader(vocabulary, chart.now, {})
    orders = []
    for order in chart.orders:
        if order.ref.reference == reference and order.component:
            continue
        if order.ref.reference == reference:
            kept = {name: value for name, value in order.resource.items() if name not in _OF_THE_OLD_DRUG}
            order = replace(
                reader.read({**kept, "medicationCodeableConcept": {"text": order_text}}), replaces=order.replaces
            )
        orders.append(order)
    return replace(chart, orders=tuple(orders), texts=())
