"""Drug-drug interactions of an ordered drug with what the patient takes and with the other drafts.

Table-driven: `interactions.csv`, by ingredient and by class. One finding for each order and partner medication: the row
with the greatest harm speaks. A row with action `monitor` is quiet once the monitoring it asks for is among the drafts.
A partner that was stopped counts only inside the row's washout.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

from cds_service.chart import Chart, Medication
from cds_service.checks.proposing import monitoring, replacements, stop
from cds_service.checks.registry import check
from cds_service.findings import HARMS, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.terminology.vocabulary import Drug

_Match = tuple[Interaction, Drug, Drug]


@check(
    id="drug-interaction",
    service="medication-safety",
    topic="drug-interaction",
    hooks=("order-select", "order-sign"),
    needs=("medications", "statements"),
)
def drug_interaction(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the ordered drug against every current medication and the other draft orders in a cited table of
    interactions between ingredients and between drug classes."""
    for order in chart.orders:
        if not order.drugs:
            continue
        if not chart.medications.known:
            yield NotAssessed(
                f"medication list {chart.medications.missing}: interactions not checked", order.ref, prominent="warning"
            )
        for partner in chart.company_of(order):
            match = _worst(chart, knowledge, order, partner)
            if match is not None:
                yield _finding(chart, knowledge, order, partner, match)


def _worst(chart: Chart, knowledge: Knowledge, order: Medication, partner: Medication) -> _Match | None:
    matches = [
        (row, drug, other)
        for drug, other in product(order.drugs, partner.drugs)
        if drug.rxcui != other.rxcui
        for row in interactions_between(knowledge, drug, other)
        if _applies(chart, knowledge, row, order, partner)
    ]
    return min(matches, key=lambda match: HARMS.index(match[0].harm), default=None)


def _applies(chart: Chart, knowledge: Knowledge, row: Interaction, order: Medication, partner: Medication) -> bool:
    if partner.ended and chart.today - partner.ended > timedelta(days=row.washout_days):
        return False
    if row.routes and any(med.routes and not med.routes & row.routes for med in (order, partner)):
        return False
    return not (row.action == "monitor" and row.monitor and monitoring(chart, knowledge, row, order) is None)


def _finding(chart: Chart, knowledge: Knowledge, order: Medication, partner: Medication, match: _Match) -> Finding:
    row, drug, other = match
    drafted = partner in (*chart.orders, *chart.background)
    monitor = monitoring(chart, knowledge, row, order)
    label = "Also being ordered" if drafted else ("Stopped recently" if partner.ended else "Current medication")
    return Finding(
        topic="drug-interaction",
        rule=row.id,
        harm=row.harm,
        display=row.display,
        subject=order.ref,
        concepts=(drug.rxcui, other.rxcui),
        summary=f"{drug.name} with {other.name}: {row.summary}",
        cites=(row.id,),
        rationale=row.mechanism,
        advice=row.management,
        facts=(order.fact("Order"), partner.fact(label)),
        proposals=(
            *replacements(knowledge, row, order, drug),
            stop(order, recommended=row.action == "avoid" and row.harm == "contraindicated"),
            *([monitor] if monitor else []),
        ),
    )
