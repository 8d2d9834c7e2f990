"""Tests and companion orders that an order calls for and the chart lacks.

Rows: `companions.csv`. A test counts as there when it is among the drafts or was resulted inside the row's window, by
any LOINC code of the test or of a panel that holds it. Results that were not supplied are said, never taken for
"never done". What another order among the drafts or the current medications already provides is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cds_service.chart import Chart, Medication
from cds_service.chart.dates import age_in_years
from cds_service.checks.proposing import laboratory_orders
from cds_service.checks.registry import check
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.companions import Companion
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug


@check(
    id="companion-orders",
    service="companion-orders",
    topic="companion-order",
    hooks=("order-select", "order-sign"),
    needs=("patient", "labs", "medications"),
)
def companion_orders(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks for the baseline and follow-up tests and the companion orders that the ordered drug calls for, among the
    drafts, the current medications and the results on record."""
    for order in chart.orders:
        for drug in order.drugs:
            for row in knowledge.for_drug(Companion, drug):
                if _speaks(chart, knowledge, row, order, drug):
                    yield from _wanted(chart, knowledge, row, order, drug)


def _speaks(chart: Chart, knowledge: Knowledge, row: Companion, order: Medication, drug: Drug) -> bool:
    company = chart.company_of(order)
    taken = any(drug in one.drugs and one.ended is None for one in chart.medications.items)
    beside = {key for one in (*company, order) for each in one.drugs for key in knowledge.names.keys_of(each.rxcui)}
    days = order.sig.duration_days
    return (
        _given_by(row, order)
        and row.phase in ("any", "ongoing" if taken or order.replaces else "start")
        and not (days is not None and days < row.min_days)
        and (not row.with_drugs or not beside.isdisjoint(row.with_drugs))
        and beside.isdisjoint(row.unless_drugs)
        and _person_fits(chart, row)
    )


def _given_by(row: Companion, order: Medication) -> bool:
    if row.routes:
        return not order.routes or bool(order.routes & row.routes)
    return not order.routes & LOCAL_ROUTES


def _person_fits(chart: Chart, row: Companion) -> bool:
    """An age or sex that is not known does not keep a row from speaking: what it asks for is a test or an offer."""
    age = age_in_years(chart.patient.born, chart.today) if chart.patient.born else None
    fits = age is None or row.age_from <= age < row.age_below
    return fits and (not row.sex or chart.patient.sex in (None, row.sex))


def _wanted(
    chart: Chart, knowledge: Knowledge, row: Companion, order: Medication, drug: Drug
) -> Iterator[Finding | NotAssessed]:
    if row.order_drug:
        yield _finding(row, order, drug, (), _companion(knowledge, row, order))
        return
    if row.done_within_days and not chart.results.known:
        names = " and ".join(knowledge.keyed(Monitor)[key].label for key, _ in row.tests)
        yield NotAssessed(f"laboratory results were not supplied: whether {names} was done is not known", order.ref)
        return
    since = chart.today - timedelta(days=row.done_within_days)
    lacking, facts = [], []
    for key, due in row.tests:
        newest = chart.results.newest(knowledge.keyed(Monitor)[key].codes)
        if not row.done_within_days or newest is None or newest.on < since:
            lacking.append((key, due))
            facts += [newest.fact(f"older than {row.done_within_days} days")] if newest and row.done_within_days else []
    proposal = laboratory_orders(chart, knowledge, lacking, row, order)
    if proposal is not None:
        yield _finding(row, order, drug, tuple(facts), proposal)


def _companion(knowledge: Knowledge, row: Companion, order: Medication) -> Proposal:
    drug = knowledge.names.drugs[row.order_drug]
    content = {"order_text": row.order_text, "rxcui": drug.rxcui, "name": drug.name}
    return Proposal("add", order.ref, f"Add {row.order_text}", content, (row.id,))


def _finding(row: Companion, order: Medication, drug: Drug, facts: tuple[Fact, ...], proposal: Proposal) -> Finding:
    return Finding(
        topic="companion-order",
        rule=row.id,
        harm=row.harm,
        display=row.display,
        subject=order.ref,
        concepts=(drug.rxcui, *((row.order_drug,) if row.order_drug else ())),
        summary=f"{drug.name}: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), *facts),
        proposals=(proposal,),
    )
