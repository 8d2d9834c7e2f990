"""Home medications that stand only in notes: offered for the medication list.

Only notes of the last year count: what was taken before then may long be over. What a later note says was stopped is
not offered, nor what a later note's list of medications does not hold; what is ordered or given in the note is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cds_service.chart import Chart, Noted
from cds_service.checks.reconciling import HOOKS, TOPIC, newest, offer, rule_of, silent, unread, within
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule

RULE = "reconcile-medication"
LONGEST = timedelta(days=365)


@check(id="unlisted-medications", service=TOPIC, topic=TOPIC, hooks=HOOKS, needs=("notes", "medications", "statements"))
def unlisted_medications(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks in the notes of the last year for medications that this patient takes at home and that the medication list
    lacks, and offers to add each as a statement. What was stopped, given here or only planned is left out."""
    yield from unread(chart)
    said = [one for one in chart.noted if one.mention.kind == "medication"]
    listed_on = max((one.day for one in said if one.mention.listed and one.mention.says == "has"), default=date.min)
    latest = [one for _, one in newest((one.mention.drugs, one) for one in said)]
    stand = [one for one in latest if one.day >= listed_on and _is_current(chart, one)]
    if not stand:
        return
    row = rule_of(knowledge, RULE)
    if row is None:
        yield silent(RULE)
    elif not chart.medications.known:
        yield NotAssessed(f"medications in notes were not compared: the medication list {chart.medications.missing}")
    else:
        listed = frozenset(rxcui for med in chart.medications.items for rxcui in med.rxcuis)
        unnamed = " ".join(med.ref.text.lower() for med in chart.medications.items if not med.drugs)
        missing = (one for one in stand if not listed & set(one.mention.drugs))
        unlisted = (one for one in missing if one.mention.name.lower() not in unnamed)
        yield from within((_offer(chart, knowledge, row, one) for one in unlisted), "medications")


def _is_current(chart: Chart, one: Noted) -> bool:
    recent = one.note.on is None or one.note.on >= chart.today - LONGEST
    return one.mention.says == "has" and recent


def _offer(chart: Chart, knowledge: Knowledge, row: LogicRule, one: Noted) -> Finding:
    said = one.mention
    drugs = [knowledge.vocabulary.drugs[rxcui] for rxcui in said.drugs]
    text = f"{said.name} {said.directions}".strip()
    content = {
        "kind": "medication",
        "text": said.name,
        "rxcui": drugs[0].rxcui if len(drugs) == 1 else None,
        "display": drugs[0].name if len(drugs) == 1 else None,
        "directions": said.directions,
    }
    return offer(chart, row, text, f"Add to the medication list: {text}", said.drugs, one, content)
