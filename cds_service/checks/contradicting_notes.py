"""Where a note says otherwise than a list: it asks, and proposes nothing.

A drug that was tolerated beside an allergy to it, or "no known drug allergies" beside a recorded one; a medication of
the list that a later note calls stopped. A note that is older than the entry says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cds_service.chart import Allergy, Chart, Noted
from cds_service.chart.merge import same_allergen
from cds_service.checks.notes.offering import (
    HOOKS,
    TOPIC,
    newest,
    question,
    recorded_allergies,
    rule_of,
    silent,
    unread,
    within,
)
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule

RULE = "reconcile-contradiction"


@check(id="contradicting-notes", service=TOPIC, topic=TOPIC, hooks=HOOKS, needs=("notes", "allergies", "medications"))
def contradicting_notes(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks for notes that contradict the lists: a drug tolerated although an allergy to it is recorded, a note of no
    allergies, a listed medication that was stopped. It asks, and never proposes to remove or end an entry."""
    yield from unread(chart)
    row = rule_of(knowledge, RULE)
    if row is None:
        yield silent(RULE)
        return
    if not chart.allergies.known and any(one.mention.says in ("tolerated", "none") for one in chart.noted):
        yield NotAssessed(f"notes were not held against allergies: the allergy list {chart.allergies.missing}")
    if not chart.medications.known and any(one.mention.says == "stopped" for one in chart.noted):
        yield NotAssessed(f"notes were not held against medications: the medication list {chart.medications.missing}")
    asked = [*_tolerated(chart, knowledge, row), *_none_known(chart, row), *_stopped(chart, row)]
    yield from within(asked, "contradictions")


def _tolerated(chart: Chart, knowledge: Knowledge, row: LogicRule) -> Iterator[Finding]:
    said = [one for one in chart.noted if one.mention.kind == "allergy" and one.mention.says == "tolerated"]
    for _, one in newest(((one.mention.drugs, one.mention.groups), one) for one in said):
        mention = one.mention
        for allergy in recorded_allergies(chart):
            if same_allergen(mention.drugs, mention.groups, allergy, knowledge.vocabulary) and _is_news(
                one, allergy.on
            ):
                concepts = (*mention.drugs, *mention.groups, "tolerated")
                said_so = f"{mention.name} was tolerated"
                yield question(row, _entry(allergy), said_so, concepts, one, (allergy.fact(),))
                break


def _none_known(chart: Chart, row: LogicRule) -> Iterator[Finding]:
    """Only the newest word of all notes counts, and only when no note of the same day names an allergy."""
    said = [one for one in chart.noted if one.mention.kind == "allergy" and one.mention.says in ("has", "none")]
    latest = max((one.day for one in said), default=date.min)
    of_that_day = [one for one in said if one.day == latest]
    recorded = [one for one in recorded_allergies(chart) if not one.harmless]
    if recorded and of_that_day and all(one.mention.says == "none" for one in of_that_day):
        known = [allergy for allergy in recorded if _is_news(of_that_day[0], allergy.on)]
        if known:
            title = ", ".join(map(_entry, known[:3]))
            facts = [one.fact() for one in known[:3]]
            said_so = f"“{of_that_day[0].mention.name}”"
            yield question(row, title, said_so, ("none-known",), of_that_day[0], facts)


def _entry(allergy: Allergy) -> str:
    return f"{allergy.label} {'intolerance' if allergy.is_intolerance else 'allergy'}"


def _stopped(chart: Chart, row: LogicRule) -> Iterator[Finding]:
    said = [one for one in chart.noted if one.mention.kind == "medication"]
    for _, one in newest((one.mention.drugs, one) for one in said):
        if one.mention.says != "stopped":
            continue
        for medication in chart.medications.items:
            if medication.rxcuis & set(one.mention.drugs) and _is_news(one, medication.on):
                concepts, facts = (*one.mention.drugs, "stopped"), (medication.fact("Medication"),)
                yield question(row, medication.ref.text, f"{one.mention.name} was stopped", concepts, one, facts)
                break


def _is_news(one: Noted, recorded: date | None) -> bool:
    """A note without a date, or about an entry without one, may be news: asking costs little."""
    return one.note.on is None or recorded is None or one.note.on >= recorded
