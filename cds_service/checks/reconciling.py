"""What the checks of chart reconciliation share: which mentions stand, what was not read, and the offer to add one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from cds_service.chart import Allergy, Chart, Noted
from cds_service.facts import Fact, OrderRef
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule

MOST_OFFERS = 6  # of each kind: more would not be read when a chart is opened
TOPIC = "chart-reconciliation"
HOOKS = ("patient-view", "encounter-start")


def unread(chart: Chart) -> Iterator[NotAssessed]:
    """Notes, or parts of the list of notes, that nobody has read."""
    if not chart.notes.known:
        yield NotAssessed(f"notes {chart.notes.missing}")
    yield from (NotAssessed(said) for said in chart.notes.notes)
    yield from (NotAssessed(f"{note.named}: {note.problem}") for note in chart.notes.items if note.problem)


def recorded_allergies(chart: Chart) -> tuple[Allergy, ...]:
    """Those of the allergy list, without what was read from notes."""
    notes = {note.reference for note in chart.notes.items}
    return tuple(one for one in chart.allergies.items if one.reference not in notes)


def newest(noted: Iterable[tuple[Hashable, Noted]]) -> list[tuple[Hashable, Noted]]:
    """The newest mention under each key, newest first; of one note the last one, which is its conclusion."""
    kept: dict[Hashable, Noted] = {}
    for key, one in sorted(noted, key=lambda pair: pair[1].day, reverse=True):
        if key not in kept or kept[key].note.reference == one.note.reference:
            kept[key] = one
    return list(kept.items())


def rule_of(knowledge: Knowledge, rule: str) -> LogicRule | None:
    """None where the site has not approved it: nothing can then be said."""
    return knowledge.keyed(LogicRule).get(rule)


def silent(rule: str) -> NotAssessed:
    return NotAssessed(f"the rule {rule} has not been approved at this site")


def offer(
    chart: Chart,
    row: LogicRule,
    title: str,
    label: str,
    concepts: Iterable[str],
    one: Noted,
    content: Mapping[str, Any],
) -> Finding:
    """A finding that offers to add what stands in a note; `content` says what, for the resource."""
    marked = f"from past history; {row.summary}" if content.get("past") else row.summary
    about = OrderRef(one.note.reference, title)
    provenance = {
        "patient": chart.patient.reference,
        "note": one.note.reference,
        "on": one.note.on.isoformat() if one.note.on else None,
        "author": one.note.author,
        "title": one.note.title,
        "sentence": one.mention.sentence,
        "span": one.mention.span,
        "probability": one.origin().probability,
    }
    proposal = Proposal("record", about, label, {**content, **provenance}, (row.id,))
    return _finding(row, about, marked, concepts, (one.fact(),), (proposal,))


def question(
    row: LogicRule, title: str, said: str, concepts: Iterable[str], one: Noted, listed: Iterable[Fact]
) -> Finding:
    """A finding that only asks: `title` is the entry of the list, `said` what the note says otherwise."""
    about = OrderRef(one.note.reference, title)
    return _finding(row, about, f"{row.summary}: {said}", concepts, (*listed, one.fact()), ())


def _finding(
    row: LogicRule,
    about: OrderRef,
    summary: str,
    concepts: Iterable[str],
    facts: tuple[Fact, ...],
    proposals: tuple[Proposal, ...],
) -> Finding:
    return Finding(
        topic=TOPIC,
        rule=row.id,
        harm=row.harm,
        display=row.display,
        subject=about,
        concepts=tuple(concepts),
        summary=summary,
        cites=(row.id,),
        advice=row.management,
        facts=facts,
        proposals=proposals,
    )


def within(findings: Iterable[Finding], kind: str) -> Iterator[Finding | NotAssessed]:
    """As many as are read when a chart is opened; the others are named."""
    every = list(findings)
    yield from every[:MOST_OFFERS]
    if len(every) > MOST_OFFERS:
        named = ", ".join(one.subject.text for one in every[MOST_OFFERS:])
        yield NotAssessed(f"further {kind} that stand only in notes were not offered: {named[:200]}")
