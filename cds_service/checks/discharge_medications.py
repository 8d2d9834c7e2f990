"""The medicines of a discharge: new, changed, stopped, continued and to be decided, each with plain instructions.

Told from orders and statements before and in the stay, said by cited rows and by what the grammar of directions reads.
Orders for the ward are no home medicines. Other places are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from cds_service.chart import Chart
from cds_service.checks.discharge.changes import Change, changes
from cds_service.checks.discharge.lines import due_tests, medicine_of
from cds_service.checks.discharge.lists import Lists
from cds_service.checks.pairs.belonging import is_one_with
from cds_service.checks.pairs.doubling import apart, worst_doubling
from cds_service.checks.registry import check
from cds_service.facts import Fact, OrderRef
from cds_service.findings import Finding, Medicine, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.counting import counted
from cds_service.terminology.systems import LOINC

RULE = "discharge-medications"
_NEEDS = ("patient", "encounter", "medications", "statements", "order_history", "statement_history", "labs")
_MOST_TESTS = 4
_MOST_COMPARED = 100  # lines whose pairs are looked at: nobody goes home with more


@check(
    id=RULE,
    service="discharge-instructions",
    topic="discharge-instructions",
    hooks=("encounter-discharge",),
    needs=_NEEDS,
)
def discharge_medications(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares what the patient is to take at home with what was taken before the stay: new, changed, stopped,
    continued, on hold, or not decided; says in plain words how each is taken, what to watch for and which test is due.
    Each is told from an order or a statement on record; what is not recorded is asked and not guessed."""
    rule = knowledge.keyed(LogicRule).get(RULE)
    if rule is None:
        yield NotAssessed(f"the rule {RULE} has not been approved at this site")
        return
    if chart.patient.died:
        yield NotAssessed("the chart says that the patient has died: no instructions")
        return
    about = _about(chart)
    yield from (replace(gap, subject=about) for gap in _not_known(chart))
    found = _with_doublings(knowledge, changes(chart.stay, chart.today))
    if found:
        yield _finding(chart, knowledge, rule, found)


def _not_known(chart: Chart) -> Iterator[NotAssessed]:
    stay = chart.stay
    if not stay.orders.known:
        failed = stay.orders.state == "failed"
        reason = f"the list of medication orders {stay.orders.missing}: what the patient goes home with is not known"
        yield NotAssessed(reason, prominent="warning" if failed else "info")
    elif not stay.past_orders:
        yield NotAssessed("the history of orders is not known whole: what was stopped in the stay may be missing")
    if not stay.statements.known:
        yield NotAssessed(f"the home list (medication statements) {stay.statements.missing}")
    if not stay.on:
        yield NotAssessed("when the stay began is not known: what is new, changed or stopped cannot be told")
    yield from (NotAssessed(note) for note in (*stay.orders.notes, *stay.statements.notes))
    if undated := list(Lists(stay, chart.today).undated):
        names = "; ".join(dict.fromkeys(one.medication.ref.text[:60] for one in undated[:6]))
        yield NotAssessed(f"{counted(len(undated), 'earlier order')} ended on a day that is not recorded: {names}")


def _with_doublings(knowledge: Knowledge, found: Sequence[Change]) -> list[Change]:
    """Each pair that doubles one another is asked about at its first line."""
    asked: dict[int, list[str]] = {}
    keys = [
        {key for drug in one.course.medication.drugs for key in knowledge.names.keys_of(drug.rxcui)} for one in found
    ]
    there = [at for at, one in enumerate(found) if one.state != "stopped"]
    for at, beside in combinations(there[:_MOST_COMPARED], 2):
        if keys[at].isdisjoint(keys[beside]):  # most pairs have nothing to do with each other
            continue
        first, second = found[at].course.medication, found[beside].course.medication
        match = worst_doubling(knowledge, first, second)
        if match and not apart(first, second) and not is_one_with(first, second):
            asked.setdefault(at, []).append(f"{match[0].summary}: also {second.ref.text}")
    return [replace(one, questions=(*one.questions, *asked.get(at, ()))) for at, one in enumerate(found)]


def _finding(chart: Chart, knowledge: Knowledge, rule: LogicRule, found: Sequence[Change]) -> Finding:
    lines = tuple(medicine_of(chart, knowledge, one) for one in found)
    cites = dict.fromkeys((rule.id, *(cite for one in lines for cite in one.cites)))
    return Finding(
        topic="discharge-instructions",
        rule=rule.id,
        harm=rule.harm,
        display=rule.display,
        subject=_about(chart),
        concepts=tuple(f"{change.state}:{change.course.reference}" for change in found),
        summary=rule.summary,
        cites=tuple(cites),
        advice=rule.management,
        facts=tuple(dict.fromkeys((*(fact for one in lines for fact in one.facts), *_allergies(chart)))),
        proposals=tuple(_tests(chart, knowledge, found, lines)),
        medicines=lines,
    )


def _about(chart: Chart) -> OrderRef:
    """What the card and its gaps are about: no one order."""
    return OrderRef(chart.patient.reference, "Medicines at discharge")


def _allergies(chart: Chart) -> Iterator[Fact]:
    for one in chart.allergies.items:
        yield one.fact()


def _tests(
    chart: Chart, knowledge: Knowledge, found: Sequence[Change], lines: Sequence[Medicine]
) -> Iterator[Proposal]:
    """The tests that new and changed medicines call for, each once and at its earliest day."""
    due: dict[str, tuple[int, str, str]] = {}
    for change, line in zip(found, lines, strict=True):
        for wanted in due_tests(chart, knowledge, change) if change.state in ("new", "ordered", "changed") else ():
            for key, days in wanted.tests or ():
                due[key] = min((days, line.name, wanted.row.id), due.get(key, (days, line.name, wanted.row.id)))
    for key, (days, name, row) in sorted(due.items(), key=lambda item: item[1])[:_MOST_TESTS]:
        monitor = knowledge.keyed(Monitor)[key]
        content = {
            "code": (LOINC, monitor.loinc),
            "display": monitor.display,
            "text": monitor.label,
            "patient": chart.patient.reference,
            "reason": f"Follow-up of {name} after discharge",
            "within_days": days,
        }
        when = "now" if days == 0 else f"in {counted(days, 'day')}"
        target = OrderRef(chart.patient.reference, monitor.label)
        yield Proposal("request", target, f"Order {monitor.label} {when}", content, (row,))
