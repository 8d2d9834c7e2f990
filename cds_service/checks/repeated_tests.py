"""A test that is ordered again before it can tell anything new.

Rows: `repeats.csv`, an interval for each test. Speaks only when the results on record hold the test inside it; a result
that was not supplied is unknown, and unknown is said and is no reason to hold an order back.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart
from cds_service.chart.measurements.results import PlannedTest
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.companions import Repeat
from cds_service.knowledge.kinds.monitors import Monitor


@check(
    id="repeated-tests",
    service="companion-orders",
    topic="companion-order",
    hooks=("order-select", "order-sign"),
    needs=("labs",),
)
def repeated_tests(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares an ordered laboratory test with the newest result of the same test and a cited interval before which
    repeating it is seldom useful."""
    for test in chart.tests:
        for row in knowledge.all(Repeat):
            monitor = knowledge.keyed(Monitor)[row.test]
            if test.codes.isdisjoint(monitor.codes):
                continue
            if not chart.results.known:
                yield NotAssessed(
                    f"laboratory results were not supplied: a repeat of {monitor.label} would not be seen"
                )
            yield from _too_soon(chart, row, monitor, test)


def _too_soon(chart: Chart, row: Repeat, monitor: Monitor, test: PlannedTest) -> Iterator[Finding]:
    newest = chart.results.newest(monitor.codes)
    days = (chart.today - newest.on).days if newest else None
    if newest is None or days is None or not 0 <= days < row.days:
        return
    when = "today" if days == 0 else f"{days} days ago" if days > 1 else "yesterday"
    yield Finding(
        topic="companion-order",
        rule=row.id,
        harm=row.harm,
        display=row.display,
        subject=test.ref,
        concepts=(monitor.loinc,),
        summary=f"{monitor.label} was resulted {when}: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(newest.fact(f"resulted {when}"),),
        proposals=(Proposal("stop", test.ref, f"Cancel {monitor.label}"),),
    )
