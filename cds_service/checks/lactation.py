"""An ordered drug while breastfeeding: what reaches the child, and what is done instead.

Rows: `lactation.csv`. Breastfeeding is known from the problem list or a stated lactation status; where it is not known
nothing is asked. A drug without a row is named when she is known to breastfeed: nobody looked, which is not "safe".
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart
from cds_service.chart.patient.motherhood import Pregnancy, breastfeeding
from cds_service.checks.matching.targets import targets, worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.findings import Finding, NotAssessed, not_covered
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.lactation import LactationRow


@check(
    id="lactation",
    service="medication-safety",
    topic="lactation",
    hooks=("order-select", "order-sign", "problem-list-item-create"),
    needs=("patient", "problems", "labs", "vitals"),
)
def while_breastfeeding(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the ordered drug in a cited table of drugs and breastfeeding when the chart says that the patient
    breastfeeds, and says what is preferred."""
    known: Pregnancy | None = None
    for order, drug, rows in targets(chart, knowledge, LactationRow):
        known = known or breastfeeding(chart)
        if known.state == "yes":
            row = worst(rows)
            yield about_order(knowledge, "lactation", row, order, drug, when="while breastfeeding", facts=known.facts)
    known = known or (breastfeeding(chart) if chart.problems.items or chart.stated.supplied else None)
    if known and known.state == "yes":
        yield from _uncovered(chart, knowledge)


def _uncovered(chart: Chart, knowledge: Knowledge) -> Iterator[NotAssessed]:
    for order in chart.orders:
        for drug in order.drugs:
            if not knowledge.for_drug(LactationRow, drug):
                yield NotAssessed(f"{not_covered([drug.name], 'lactation')}: look it up", order.ref)
