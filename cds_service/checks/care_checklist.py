"""A checklist that fits the patient now: preventive and chronic care, each item with its proof. One card for all.

Rows: `care_items.csv`. Nothing open gives no card; what is not known alone gives none either, and stands in the answer.
Records of other places are not seen, nor orders that are under way. Reading a value against a goal is not its matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cds_service.chart import Chart
from cds_service.chart.care.done import DoneRecord
from cds_service.checks.care.fitting import Fitting, fitting
from cds_service.checks.care.looked import Looked
from cds_service.checks.care.proof import look
from cds_service.checks.care.subject import Subject
from cds_service.checks.registry import check
from cds_service.facts import OrderRef
from cds_service.findings import HARMS, ITEM_STATES, Finding, Item, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.care_items import HOOKS, CareItem
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.conditions import Code
from cds_service.terminology.systems import LOINC

RULE = "care-checklist"
_NEEDS = ("patient", "labs", "vitals", "immunizations", "procedures", "screenings", "social")


@check(id=RULE, service="care-checklist", topic="checklist", hooks=HOOKS, needs=_NEEDS)
def care_checklist(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Goes through the cited items of preventive and chronic care that fit this patient by age, sex, problems,
    medications and pregnancy, and looks for each whether it was done in time: among results, immunizations,
    procedures, screenings and current medications. Says what is open, not known, declined and met, with the proof."""
    rule = knowledge.keyed(LogicRule).get(RULE)
    if rule is None or not knowledge.all(CareItem):
        yield NotAssessed("the items of the checklist have not been approved at this site")
        return
    if chart.patient.died:
        yield NotAssessed("the chart says that the patient has died: no checklist")
        return
    items: list[Item] = []
    rows: dict[str, CareItem] = {}
    subject = Subject(chart, knowledge)
    for fits in fitting(subject):
        if isinstance(fits, NotAssessed):
            yield fits
            continue
        rows[fits.row.id] = fits.row
        items.append(_item(subject, fits, look(subject, fits)))
    shown = sorted(items, key=lambda one: (ITEM_STATES.index(one.state), HARMS.index(rows[one.rule].harm)))
    failed = any(one.state == "failed" for record in _records(chart) for one in record.lists.values())
    has_open = any(one.state == "unmet" for one in shown)
    yield from _not_known(shown, prominent=failed and not has_open)
    if has_open:
        yield _finding(chart, rule, shown)


def _records(chart: Chart) -> tuple[DoneRecord, ...]:
    return chart.care.observations, chart.care.immunizations, chart.care.procedures


def _item(subject: Subject, fits: Fitting, looked: Looked) -> Item:
    row, chart = fits.row, subject.chart
    offer = looked.state == "unmet" and row.order and not (row.allergens and not chart.allergies.known)
    facts = tuple(dict.fromkeys((*looked.facts, *fits.facts)))
    proposals = tuple(_requests(subject, row, looked)) if offer else ()
    return Item(row.id, row.summary, looked.state, looked.why, row.strength, facts, proposals)


def _requests(subject: Subject, row: CareItem, looked: Looked) -> Iterator[Proposal]:
    """Of an item that several tests prove together, those that are lacking; else what the row orders."""
    patient = subject.chart.patient.reference
    if len(row.proof[0]) == 1 or not looked.lacking:
        yield _request(patient, row, row.order, row.order_display, row.order_text)
        return
    for test in (subject.knowledge.keyed(Monitor)[key] for key in looked.lacking):
        yield _request(patient, row, (LOINC, test.loinc), test.display, test.label)


def _request(patient: str, row: CareItem, code: Code | None, display: str, text: str) -> Proposal:
    content = {"code": code, "display": display, "text": text, "patient": patient, "reason": row.summary}
    verb = "Recommend" if row.vaccine else "Order"
    return Proposal("request", OrderRef(patient, text), f"{verb} {text}", content, (row.id,))


def _not_known(items: Sequence[Item], prominent: bool) -> Iterator[NotAssessed]:
    """What is not known, one line for each reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for one in items:
        if one.state == "unknown":
            by_reason[one.why].append(one.words)
    for why, words in by_reason.items():
        yield NotAssessed(f"{'; '.join(words)}: {why}", prominent="info" if prominent else "")


def _finding(chart: Chart, rule: LogicRule, items: Sequence[Item]) -> Finding:
    return Finding(
        topic="checklist",
        rule=rule.id,
        harm=rule.harm,
        display=rule.display,
        subject=OrderRef(chart.patient.reference, "Care checklist"),
        concepts=(),
        summary=rule.summary,
        cites=(rule.id,),
        advice=rule.management,
    ).with_items(items)
