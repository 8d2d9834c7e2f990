"""What the checks of chart reconciliation share: which mentions stand, what was not read, and the offer to add one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Offered:
    """What a note would add to a list: `name` stands among others, `title` on a card of its own; `label` is the
    suggestion's, and `content` says what, for the resource (findings.Proposal, `record`)."""

    name: str
    title: str
    label: str
    concepts: tuple[str, ...]
    noted: Noted
    content: Mapping[str, Any]


def offers(chart: Chart, row: LogicRule, kind: str, found: Iterable[Offered]) -> Iterator[Finding | NotAssessed]:
    """One card for all that notes would add to a list, each to be taken or left; none is preselected. What would not
    be read when a chart is opened is named and not offered. `kind` is the plural: "allergies"."""
    every = list(found)
    shown = every[:MOST_OFFERS]
    if not shown:
        return
    first = shown[0]
    past = any(one.content.get("past") for one in shown)
    if len(shown) == 1:
        summary = f"from past history; {row.summary}" if past else row.summary
        about = OrderRef(first.noted.note.reference, first.title)
    else:
        summary = ", ".join(dict.fromkeys(one.name for one in shown))
        about = OrderRef(first.noted.note.reference, f"{len(shown)} {kind} only in notes")
    facts = tuple(one.noted.fact() for one in shown)
    proposals = tuple(_proposal(chart, row, one) for one in shown)
    concepts = dict.fromkeys(concept for one in shown for concept in one.concepts)
    yield _finding(row, about, summary, concepts, facts, proposals)
    if len(every) > MOST_OFFERS:
        named = ", ".join(one.title for one in every[MOST_OFFERS:])
        yield NotAssessed(f"further {kind} that stand only in notes were not offered: {named[:200]}")


def _proposal(chart: Chart, row: LogicRule, one: Offered) -> Proposal:
    note, mention = one.noted.note, one.noted.mention
    provenance = {
        "patient": chart.patient.reference,
        "note": note.reference,
        "on": note.on.isoformat() if note.on else None,
        "author": note.author,
        "title": note.title,
        "sentence": mention.sentence,
        "span": mention.span,
        "probability": one.noted.origin().probability,
    }
    target = OrderRef(note.reference, one.title)
    return Proposal("record", target, one.label, {**one.content, **provenance}, (row.id,))


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
