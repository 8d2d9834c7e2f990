"""Drug-drug interactions of an ordered drug with what the patient takes and with the other drafts.

Table-driven: `interactions.csv`, by ingredient and by class. One finding for each order and partner medication: the row
with the greatest harm speaks, of two such rows the louder one. A row with conditions (age, dose, duration, a result,
what is taken besides) speaks only where they hold. A row with action `monitor` is quiet once the monitoring it asks for
is among the drafts. A partner that was stopped counts only inside the washout of its side.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.checks.pairs.circumstances import facts_behind
from cds_service.checks.pairs.interactions import Match, worst_interaction
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import monitoring, replacements, stop
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge


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
            match = worst_interaction(chart, knowledge, order, partner)
            if match is not None:
                yield _finding(chart, knowledge, order, partner, match)


def _finding(chart: Chart, knowledge: Knowledge, order: Medication, partner: Medication, match: Match) -> Finding:
    row, drug, other = match
    drafted = partner in (*chart.orders, *chart.background)
    monitor = monitoring(chart, knowledge, row, order)
    label = "Also being ordered" if drafted else ("Stopped recently" if partner.ended else "Current medication")
    return finding_of(
        row,
        order,
        topic="drug-interaction",
        concepts=(drug.rxcui, other.rxcui),
        summary=f"{drug.name} with {other.name}: {row.summary}",
        rationale=row.mechanism,
        facts=(partner.fact(label), *facts_behind(chart, row)),
        proposals=(
            *replacements(knowledge, row, order, drug),
            stop(order, recommended=row.action == "avoid" and row.harm == "contraindicated"),
            *([monitor] if monitor else []),
        ),
    )
