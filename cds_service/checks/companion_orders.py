"""Tests and companion orders that an order calls for and the chart lacks: one card for the tests of an order.

Rows: `companions.csv`. A test that was resulted inside the row's window or stands among the drafts is not asked for,
nor one that another order of the same call asks for already. Results that were not supplied are said, never taken for
"never done". What another order among the drafts or the current medications already provides is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.chart import Chart, Medication
from cds_service.checks.matching.companions import Test, Wanted, speaking, wanted_tests
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import laboratory_orders
from cds_service.findings import DISPLAYS, HARMS, Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.companions import Companion
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.counting import counted, listed
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
    asked: set[Test] = set()
    for order in chart.orders:
        for row, drug in speaking(chart, knowledge, order):
            if row.order_drug:
                yield _companion(knowledge, row, order, drug)
        wanted = wanted_tests(chart, knowledge, order)
        yield from (_not_known(knowledge, one.row, order) for one in wanted if one.tests is None)
        if lacking := _not_yet_asked(wanted, asked):
            yield _tests(chart, knowledge, order, lacking)


def _companion(knowledge: Knowledge, row: Companion, order: Medication, drug: Drug) -> Finding:
    other = knowledge.names.drugs[row.order_drug]
    content = {"order_text": row.order_text, "rxcui": other.rxcui, "name": other.name}
    proposal = Proposal("add", order.ref, f"Add {row.order_text}", content, (row.id,))
    return finding_of(
        row,
        order,
        topic="companion-order",
        concepts=(drug.rxcui, row.order_drug),
        summary=_about((drug,), order, row.summary),
        proposals=(proposal,),
    )


def _not_known(knowledge: Knowledge, row: Companion, order: Medication) -> NotAssessed:
    names = " and ".join(knowledge.keyed(Monitor)[key].label for key, _ in row.tests)
    return NotAssessed(f"laboratory results were not supplied: whether {names} was done is not known", order.ref)


def _not_yet_asked(wanted: Sequence[Wanted], asked: set[Test]) -> list[Wanted]:
    """Each test with each date once in a call, whichever order or row wants it; `asked` takes them up."""
    kept = []
    for one in wanted:
        left = tuple(test for test in one.tests or () if test not in asked)
        asked.update(left)
        kept += [replace(one, tests=left)] if left else []
    return kept


def _tests(chart: Chart, knowledge: Knowledge, order: Medication, wanted: Sequence[Wanted]) -> Finding:
    """All tests that an order calls for: a suggestion for each row, so that what is due now and later stay apart."""
    rows = [one.row for one in wanted]
    proposals = (laboratory_orders(chart, knowledge, one.tests or (), one.row, order) for one in wanted)
    drugs = dict.fromkeys(one.drug for one in wanted)
    return Finding(
        topic="companion-order",
        rule=rows[0].id,
        harm=min((row.harm for row in rows), key=HARMS.index),
        display=min((row.display for row in rows), key=DISPLAYS.index),
        subject=order.ref,
        concepts=tuple(drug.rxcui for drug in drugs),
        summary=_about(tuple(drugs), order, _in_short(knowledge, wanted)),
        cites=tuple(dict.fromkeys(row.id for row in rows)),
        advice=" ".join(dict.fromkeys(row.management for row in rows)),
        facts=(order.fact("Order"), *dict.fromkeys(fact for one in wanted for fact in one.facts)),
        proposals=tuple(filter(None, proposals)),
    )


def _about(drugs: Sequence[Drug], order: Medication, said: str) -> str:
    """With the drugs' names where the order does not say them itself: it may be a brand, or hold several."""
    ordered = order.ref.text.lower()
    if len(order.drugs) == 1 and order.drugs[0].name.lower() in ordered:
        return said
    return f"{' and '.join(drug.name for drug in drugs)}: {said}"


def _in_short(knowledge: Knowledge, wanted: Sequence[Wanted]) -> str:
    """What is lacking, and after it in a word that a recheck is due too: the suggestions say of what and when."""
    lacking = [_lacking(knowledge, one) for one in wanted if one.row.done_within_days]
    if not lacking:
        return "; ".join(dict.fromkeys(one.row.summary for one in wanted))
    return "; ".join([*dict.fromkeys(lacking), *(["then a recheck"] if len(lacking) < len(wanted) else [])])


def _lacking(knowledge: Knowledge, wanted: Wanted) -> str:
    """The row's words say that none of its tests is on record; where some are, in time or too old, only those that
    lack are named, and within which days they were looked for where there is one that is too old."""
    row = wanted.row
    if wanted.tests is None or (len(wanted.tests) == len(row.tests) and not wanted.facts):
        return row.summary
    names = listed([knowledge.keyed(Monitor)[key].label for key, _ in wanted.tests])
    where = f"within {counted(row.done_within_days or 0, 'day')}" if wanted.facts else "on record"
    return f"{names} not found {where}"
