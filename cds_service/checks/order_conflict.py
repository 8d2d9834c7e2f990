"""An order whose words and fields contradict each other: another dose, frequency, route or drug.

About one prescription in a hundred does. Only what both sides state clearly is compared: words that are not read whole,
several dosages and fields without a value are left alone. A field that lies within a range of the words agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.medications.conflicts import Conflict, conflicts
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule

# Spelled out, as the page of the check reads here which rules it rests on.
RULES = {
    "drug": "order-conflict-drug",
    "dose": "order-conflict-dose",
    "frequency": "order-conflict-frequency",
    "route": "order-conflict-route",
}


@check(id="order-conflict", service="medication-safety", topic="order-conflict", hooks=("order-select", "order-sign"))
def order_conflict(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the words of the directions with the structured dose, frequency and route of the same order, and the
    name that is shown with the drug's code."""
    rules = knowledge.keyed(LogicRule)
    for order in chart.orders:
        for conflict in conflicts(order):
            if conflict.about == "unread":
                yield NotAssessed("its directions were not read whole, so its fields were not compared", order.ref)
            elif rule := rules.get(RULES[conflict.about]):
                yield _finding(rule, order, conflict)
            else:
                yield NotAssessed("words and fields of the order differ; the rule is not reviewed here", order.ref)


def _finding(rule: LogicRule, order: Medication, conflict: Conflict) -> Finding:
    words, field = conflict.words, conflict.field
    facts = (
        Fact("The words say", words, order.origin),
        *((Fact("The field says", field, order.origin),) if field else ()),
    )
    return finding_of(
        rule,
        order,
        topic="order-conflict",
        concepts=(*sorted(order.rxcuis), words, field),
        summary=f"{rule.summary}: {words}{f' against {field}' if field else ''}",
        facts=facts,
    )
