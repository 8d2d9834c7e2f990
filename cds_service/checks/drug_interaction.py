"""Drug-drug interactions of an ordered drug with what the patient takes and with the other drafts.

Table-driven: `interactions.csv`, by ingredient and by class. One finding for each order and partner medication: the row
with the greatest harm speaks, of two such rows the louder one. A row with conditions (age, dose, duration, a result,
what is taken besides) speaks only where they hold. A row with action `monitor` is quiet once the monitoring it asks for
is among the drafts. A partner that was stopped counts only inside the washout of its side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

from cds_service.chart import Chart, Medication
from cds_service.checks.circumstances import circumstances_hold, facts_behind
from cds_service.checks.proposing import monitoring, replacements, stop
from cds_service.checks.registry import check
from cds_service.checks.stating import finding_of
from cds_service.findings import DISPLAYS, HARMS, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.terminology.vocabulary import Drug

Match = tuple[Interaction, Drug, Drug]


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


def worst_interaction(chart: Chart, knowledge: Knowledge, order: Medication, partner: Medication) -> Match | None:
    """The row with the greatest harm for a pair, with the drug of the order and that of its partner."""
    matches = [
        (row, drug, other)
        for drug, other in product(order.drugs, partner.drugs)
        if drug.rxcui != other.rxcui
        for row in interactions_between(knowledge, drug, other)
        if _applies(chart, knowledge, row, order, partner, of_side_a=_is_side_a(knowledge, row, drug, other))
    ]
    return min(matches, key=_severity, default=None)


def _severity(match: Match) -> tuple[int, int]:
    return HARMS.index(match[0].harm), DISPLAYS.index(match[0].display)


def _is_side_a(knowledge: Knowledge, row: Interaction, drug: Drug, other: Drug) -> bool:
    """True when the ordered drug is side a of the row; it may be both where the sides are one class."""
    keys = knowledge.names.keys_of
    return row.a in keys(drug.rxcui) and row.b in keys(other.rxcui)


def _applies(
    chart: Chart, knowledge: Knowledge, row: Interaction, order: Medication, partner: Medication, *, of_side_a: bool
) -> bool:
    washout = row.washout[1 if of_side_a else 0]
    if partner.ended and chart.today - partner.ended > timedelta(days=washout):
        return False
    if row.when:
        sides = (order, partner) if of_side_a else (partner, order)
        if not circumstances_hold(chart, knowledge, row, *sides):
            return False
    if row.routes and any(med.routes and not med.routes & row.routes for med in (order, partner)):
        return False
    return not (row.action == "monitor" and row.monitor and monitoring(chart, knowledge, row, order) is None)


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
