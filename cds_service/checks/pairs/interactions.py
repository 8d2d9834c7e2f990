"""Which row of `interactions.csv` speaks of two medications given together; see drug_interaction."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from cds_service.chart import Chart, Medication
from cds_service.checks.pairs.circumstances import circumstances_hold
from cds_service.checks.stating.proposals import monitoring
from cds_service.findings import DISPLAYS, HARMS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.terminology.vocabulary import Drug

Match = tuple[Interaction, Drug, Drug]


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
