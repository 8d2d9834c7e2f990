"""An ordered drug that the patient already has, as the same ingredient or as another member of a class.

Classes in which two members together are duplication stand in `duplicate_rows.csv`, with the pairs that belong
together; one drug in two orders that belong together (extended release with a dose for relief) stands in
`together.csv`. A local route beside a systemic one (a gel beside a tablet) is not a duplicate; neither is the order
that is renewed, another part of the same composite order, a plan, or a flush.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.checks.pairs.belonging import is_one_with
from cds_service.checks.pairs.doubling import Doubling, apart, worst_doubling
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge


@check(
    id="duplicate-therapy",
    service="medication-safety",
    topic="duplicate-therapy",
    hooks=("order-select", "order-sign"),
    needs=("medications", "statements"),
)
def duplicate_therapy(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks for a current medication or another draft with the same ingredient, or with another member of a drug class
    of which a patient should have only one."""
    for order in chart.orders:
        if not order.drugs:
            continue
        if not chart.medications.known:
            reason = f"medication list {chart.medications.missing}: duplicates not checked"
            yield NotAssessed(reason, order.ref, prominent="warning")
        for partner in chart.company_of(order):
            # Most pairs have nothing to do with each other, so what the tables say of them is asked first.
            match = None if partner.ended else worst_doubling(knowledge, order, partner)
            if match is not None and not apart(order, partner) and not is_one_with(order, partner, chart.renews):
                yield _finding(chart, order, partner, match)


def _finding(chart: Chart, order: Medication, partner: Medication, match: Doubling) -> Finding:
    row, drug, other = match
    drafted = partner in (*chart.orders, *chart.background)
    together = drug.name if drug.rxcui == other.rxcui else f"{drug.name} with {other.name}"
    return finding_of(
        row,
        order,
        topic="duplicate-therapy",
        concepts=(drug.rxcui, other.rxcui),
        summary=f"{together}: {row.summary}",
        facts=(partner.fact("Also being ordered" if drafted else "Current medication"),),
        proposals=(stop(order),),
    )
