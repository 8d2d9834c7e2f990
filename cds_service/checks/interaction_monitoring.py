"""The monitoring that an interaction calls for, as an order: so that "will monitor" gets done.

Rows: the `monitor` column of `interactions.csv`. Speaks where the pair is given together with monitoring; a pair that
is contraindicated is medication-safety's to say, not this service's to make comfortable. Speaks at signing only:
before it, the card about the interaction itself offers the same tests.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.checks.drug_interaction import worst_interaction
from cds_service.checks.proposing import monitoring
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge


@check(
    id="interaction-monitoring",
    service="companion-orders",
    topic="monitoring",
    hooks=("order-sign",),
    needs=("medications", "statements"),
)
def interaction_monitoring(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the monitoring that the interaction table asks for when the ordered drug is given with a current
    medication, and offers the tests that are not among the drafts."""
    for order in chart.orders:
        if order.drugs and not chart.medications.known:
            yield NotAssessed(f"medication list {chart.medications.missing}: monitoring not checked", order.ref)
        for partner in chart.company_of(order):
            yield from _monitored(chart, knowledge, order, partner)


def _monitored(chart: Chart, knowledge: Knowledge, order: Medication, partner: Medication) -> Iterator[Finding]:
    match = worst_interaction(chart, knowledge, order, partner)
    proposal = monitoring(chart, knowledge, match[0], order) if match else None
    if match is None or proposal is None or match[0].harm == "contraindicated":
        return
    row, drug, other = match
    yield Finding(
        topic="monitoring",
        rule=row.id,
        harm="moderate",
        display="info",
        subject=order.ref,
        concepts=(drug.rxcui, other.rxcui),
        summary=f"{drug.name} with {other.name} calls for monitoring: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), partner.fact("Given with")),
        proposals=(proposal,),
    )
