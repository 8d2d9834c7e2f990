"""All acetaminophen of a day together: of the order, of the other drafts and of what the patient takes.

The usual way to too much is two products. As-needed doses count in full, as the directions allow them. A product whose
amount cannot be told is named in the finding or, when there is none, left to the check of duplicates.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.combined import ACETAMINOPHEN, MOST_ACETAMINOPHEN_MG, daily_milligrams
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact, OrderRef
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule

RULE = "acetaminophen-total"


@check(
    id=RULE,
    service="medication-safety",
    topic="dose-limit",
    hooks=("order-select", "order-sign"),
    needs=("medications", "statements"),
)
def acetaminophen_total(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Adds up the acetaminophen of the order and of everything else that the patient takes or is ordered, and compares
    the day's sum with 4 g."""
    row = knowledge.keyed(LogicRule).get(RULE)
    for order in chart.orders:
        if not _holds(order):
            continue
        if row is None:
            yield NotAssessed("the day's acetaminophen was not added up: the rule is not reviewed here", order.ref)
            continue
        others = [one for one in chart.company_of(order) if _holds(one) and not one.ended]
        amounts = {one.ref: daily_milligrams(one, ACETAMINOPHEN) for one in (order, *others)}
        if not chart.medications.known:
            yield NotAssessed(
                f"medication list {chart.medications.missing}: other acetaminophen not counted", order.ref
            )
        total = sum(amount for amount in amounts.values() if amount is not None)
        if others and total > MOST_ACETAMINOPHEN_MG:
            yield _finding(row, order, others, amounts, total)


def _holds(medication: Medication) -> bool:
    return any(drug.name == ACETAMINOPHEN for drug in medication.drugs)


def _finding(
    row: LogicRule, order: Medication, others: list[Medication], amounts: dict[OrderRef, float | None], total: float
) -> Finding:
    rxcui = next(drug.rxcui for drug in order.drugs if drug.name == ACETAMINOPHEN)
    unknown = any(amount is None for amount in amounts.values())
    facts = [_fact(one, amounts[one.ref]) for one in (order, *others)]
    return finding_of(
        row,
        order,
        topic="dose-limit",
        concepts=(rxcui, *sorted({rx for one in others for rx in one.rxcuis})),
        summary=f"acetaminophen together {'at least ' if unknown else ''}{total / 1000:g} g a day: {row.summary}",
        facts=(*facts, Fact("Acetaminophen together", f"{total:g} mg a day", order.origin)),
        proposals=(stop(order),),
    )


def _fact(one: Medication, amount: float | None) -> Fact:
    words = "not known" if amount is None else f"{amount:g} mg a day"
    return Fact(f"Acetaminophen in {one.ref.text}", words, one.origin, one.on)
