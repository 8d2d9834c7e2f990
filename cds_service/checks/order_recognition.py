"""Was the ordered drug recognised at all? Everything else that this service says rests on it.

A drug that nobody recognised is named, with what it may be; one that a model read from a misspelling is offered for
confirmation. Nothing is assumed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.medications.naming import NAMES_NO_DRUG
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.terminology.counting import counted


@check(id="order-recognition", service="medication-safety", topic="not-assessed", hooks=("order-select", "order-sign"))
def order_recognition(chart: Chart, _knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Names orders whose drug is not known here, and asks to confirm a drug that was read from a misspelling."""
    for order in chart.orders:
        if not order.drugs:
            yield _unknown(order)
        elif order.origin.is_read:
            yield _to_confirm(order)
        for note in order.notes:
            yield NotAssessed(note, order.ref, prominent="info")
    yield from _unread_medications(chart)
    yield from _gaps(chart)


def _unread_medications(chart: Chart) -> Iterator[NotAssessed]:
    """A name that is not known here is one drug that no row speaks of. An entry without any name could be every drug:
    it is warned of, as a list is that came in part."""
    nameless = 0
    for medication in chart.medications.items:
        if medication.problem == NAMES_NO_DRUG:
            nameless += 1
        elif not medication.drugs:
            yield NotAssessed(f"current medication {medication.ref.text!r}: {medication.problem}")
        for word in medication.unread:
            yield NotAssessed(f"{word!r} in the current medication {medication.ref.text!r} was not recognised")
    if nameless:
        said = counted(nameless, "current medication names no drug", "current medications name no drug")
        yield NotAssessed(f"{said}: not held against the orders", prominent="warning" if chart.orders else "")


def _gaps(chart: Chart) -> Iterator[NotAssessed]:
    """Lists that were read in part. The concern could stand on the page of medications or allergies that is missing."""
    for note in (*chart.medications.notes, *chart.allergies.notes):
        yield NotAssessed(note, prominent="warning" if chart.orders else "")
    for note in (*chart.labs.notes, *chart.vitals.notes):
        yield NotAssessed(note)


def _unknown(order: Medication) -> NotAssessed:
    problem = order.problem or "not recognised"
    reason = f"the drug was not assessed: {problem}"
    if order.candidates:
        reason += f"; it may be {' or '.join(order.candidates)}"
    named = tuple(_rename(order, name) for name in order.candidates if _wrong_words(order))
    return NotAssessed(reason, order.ref, prominent="info", proposals=named)


def _to_confirm(order: Medication) -> NotAssessed:
    name = order.candidates[0] if order.candidates else order.drugs[0].name
    read = (order.origin.text or "")[slice(*(order.origin.span or (0, 0)))]
    return NotAssessed(
        f"{read!r} is not a drug name we know; read as {name} from free text: please confirm",
        order.ref,
        prominent="info",
        proposals=() if order.part else (_rename(order, name),),
    )


def _wrong_words(order: Medication) -> bool:
    """True when the model marked the words it stumbled over, so that they can be corrected in place. A text that orders
    several drugs is not rewritten for one of them."""
    return order.origin.span is not None and not order.part


def _rename(order: Medication, name: str) -> Proposal:
    """Confirming is the clinician's: never recommended, and what it reveals is checked on the next call."""
    start, end = order.origin.span or (0, 0)
    text = order.origin.text or order.ref.text
    return Proposal(
        "document", order.ref, f"Correct the drug name to {name}", {"order_text": text[:start] + name + text[end:]}
    )
