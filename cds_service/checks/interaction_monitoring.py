"""The monitoring that an interaction calls for, as an order: so that "will monitor" gets done.

Rows: the `monitor` column of `interactions.csv`. Speaks where the pair is given together with monitoring; a pair that
is contraindicated is medication-safety's to say, not this service's to make comfortable. Speaks at signing only:
before it, the card about the interaction itself offers the same tests. A test that the ordered drug calls for by itself
is asked for once, by `companion-orders`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.checks.matching.companions import Test, wanted_tests
from cds_service.checks.pairs.interactions import worst_interaction
from cds_service.checks.registry import check
from cds_service.checks.stating.proposals import laboratory_orders
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge

# Our own judgement, which no source states: a recheck that the order itself calls for, at most so many days after the
# interaction's, is drawn once and offered once. The test is never dropped.
_ABOUT = 7


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
    if match is None or match[0].harm == "contraindicated":
        return
    row, drug, other = match
    left = [test for test in row.monitor if not _called_for(test, chart, knowledge, order)]
    proposal = laboratory_orders(chart, knowledge, left, row, order)
    if proposal is None:
        return
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


def _called_for(test: Test, chart: Chart, knowledge: Knowledge, order: Medication) -> bool:
    """The order calls for the test at about that time whatever is given beside it. A baseline before a start is no
    monitoring; a test that is due now of a drug that is taken already is."""
    key, due = test
    wanted = ((one.row, each) for one in wanted_tests(chart, knowledge, order) for each in one.tests or ())
    return any(name == key and (0 < days <= due + _ABOUT or row.phase != "start") for row, (name, days) in wanted)
