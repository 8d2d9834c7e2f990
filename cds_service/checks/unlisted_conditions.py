"""Long-standing conditions that stand only in notes: offered for the problem list.

What stands under a past history is offered too, and marked so; what has resolved is not. A problem that is on the list
in any state, or was refuted there, is not offered again. Rows: `chronic.csv`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.chart import Chart, Noted
from cds_service.chart.problems.problem import Problem
from cds_service.checks.notes.offering import HOOKS, TOPIC, Offered, newest, offers, rule_of, silent, unread
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.chronic import ChronicCondition

RULE = "reconcile-condition"


@check(id="unlisted-conditions", service=TOPIC, topic=TOPIC, hooks=HOOKS, needs=("notes", "problems"))
def unlisted_conditions(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks in the notes for long-standing conditions of this patient that the problem list lacks, and offers to add
    each. What is denied, suspected, resolved or a relative's is left out; past history is marked as such."""
    yield from unread(chart)
    rows = knowledge.keyed(ChronicCondition)
    stand = [one for one in _standing(chart, rows) if _counts(rows[one.mention.condition], one)]
    if not stand:
        return
    rule = rule_of(knowledge, RULE)
    if rule is None:
        yield silent(RULE)
    elif not chart.problems.known:
        yield NotAssessed(f"conditions in notes were not compared: the problem list {chart.problems.missing}")
    else:
        listed = _families(chart, knowledge)
        missing = (one for one in stand if rows[one.mention.condition].family not in listed)
        yield from offers(chart, rule, "conditions", (_offered(rows[one.mention.condition], one) for one in missing))


def _standing(chart: Chart, rows: Mapping[str, ChronicCondition]) -> list[Noted]:
    """One mention of each family: the newest, and of those the most telling; none when the newest says it is over."""
    said = [one for one in chart.noted if one.mention.kind == "condition" and one.mention.condition in rows]
    latest = newest((rows[one.mention.condition].family, one) for one in said)
    over = {family for family, one in latest if one.mention.says == "none"}
    present = [one for one in said if one.mention.says != "none"]
    present.sort(
        key=lambda one: (
            one.mention.says != "has",
            rows[one.mention.condition].id == rows[one.mention.condition].family,
        )
    )
    best: dict[str, Noted] = {}
    for one in present:
        best.setdefault(rows[one.mention.condition].family, one)
    return [one for family, one in best.items() if family not in over]


def _counts(row: ChronicCondition, one: Noted) -> bool:
    """An event counts only as one that was."""
    return one.mention.says == "past" if row.only_past else True


def _families(chart: Chart, knowledge: Knowledge) -> frozenset[str]:
    """The families that the problem list holds, by code or by name, in whatever state."""
    rows = knowledge.all(ChronicCondition)
    problems = (*chart.problems.items, *chart.settled.problems)
    return frozenset(row.family for problem in problems for row in rows if _means(problem, row, knowledge))


def _means(problem: Problem, row: ChronicCondition, knowledge: Knowledge) -> bool:
    if any(row.has(system, code) for system, code in problem.codes):
        return True
    return any(row.id in mention.rxcuis for mention in knowledge.vocabulary.chronic.find(problem.label))


def _offered(row: ChronicCondition, one: Noted) -> Offered:
    past = one.mention.says == "past"
    content = {"kind": "condition", "text": row.label, "coding": row.coding, "past": past}
    label = f"Add to the problem list: {row.label}{', from past history' if past else ''}"
    return Offered(one.mention.name, row.label[:1].upper() + row.label[1:], label, (row.id,), one, content)
