"""The `detail` of a card: why, the facts with value and date, what was not assessed, the evidence, the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from cds_service.cards.checklist import checklist_detail
from cds_service.cards.discharge import discharge_detail
from cds_service.cards.text import escaped, fitted, titled
from cds_service.claims import Claims
from cds_service.engine import Concern
from cds_service.facts import Fact
from cds_service.findings import NotAssessed, told
from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import Source

NOTE = "Note"  # the label of a fact that is a sentence of a note
_AROUND = 200  # characters of the sentence on either side of the words that were read
_AROUND_ONE_OF_MANY = 50
_MOST_NOTES = 6
_NO_COVERAGE = "This does not mean that there is no concern: what stands here was not looked at, or is not certain."
_LEADS = {"concern": "", "rationale": "**Why:** ", "advice": "**What to do:** "}


def concern_detail(
    concern: Concern,
    claims: Claims,
    missing: tuple[NotAssessed, ...],
    knowledge: Knowledge,
    by_hand: tuple[str, ...] = (),
    summarised: bool = False,
) -> str:
    """GitHub-flavoured Markdown under 1,500 characters; what does not fit is in the app.

    `by_hand` are blocks about what this EHR cannot take as a click. `summarised`: the card's summary holds the concern
    whole, so that it is not said again.
    """
    finding = concern.finding
    if finding.items or finding.medicines:
        tail = [*by_hand, knowledge.remembered(_cited)((finding.rule,)), _rule(concern, knowledge)]
        listed = partial(checklist_detail, finding.items, knowledge)
        return listed(tail) if finding.items else discharge_detail(finding.medicines, missing, tail)
    facts = "\n".join(["**Facts used**", *map(_fact, finding.facts)])
    kinds = [kind for kind in _LEADS if kind != "concern" or not summarised]
    said = [_LEADS[claim.kind] + escaped(claim.text, 320) for claim in claims.stand if claim.kind in kinds]
    said += by_hand
    if quoted := list(_quotes(finding.facts)):
        others = [_fact(fact) for fact in finding.facts if fact.label != NOTE]
        optional = [*(["\n".join(["**Facts used**", *others])] if others else []), *_notes(missing)]
        return fitted([*said, *quoted], optional, [_evidence(concern, knowledge), _rule(concern, knowledge)])
    optional = [*_read_note(finding.facts), facts, *_notes(missing)]
    return fitted(said, optional, [_evidence(concern, knowledge), _rule(concern, knowledge)])


def missing_detail(notes: tuple[NotAssessed, ...], by_hand: tuple[str, ...] = ()) -> str:
    """What was not looked at, line by line: silence about it must not pose as coverage."""
    lines = [_line(note) for note in told(notes)]
    return fitted([_NO_COVERAGE, *by_hand], ["\n".join(lines)], [])


def _fact(fact: Fact) -> str:
    """The kind of its resource is enough here; the app names the resource itself."""
    kind = fact.origin.reference.partition("/")[0]
    source = ", ".join(filter(None, (escaped(kind, 40), fact.on.isoformat() if fact.on else "")))
    note = f"; {escaped(fact.note, 120)}" if fact.note else ""
    return f"- {escaped(fact.label, 60)}: {escaped(fact.value, 120)} ({source}{note})"


def _read_note(facts: Iterable[Fact]) -> list[str]:
    for fact in facts:
        origin = fact.origin
        if origin.is_read and origin.text and origin.span:
            words = escaped(origin.text[slice(*origin.span)], 60)
            by = f"by {origin.model} {origin.version}{_chance(origin.probability)}"
            return [f"**Read from free text:** “{words}”, {by}. Please confirm it."]
    return []


def _quotes(facts: Iterable[Fact]) -> Iterator[str]:
    """The sentences of notes, the words that were read in bold, note by note with date, author and probability."""
    notes: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.label == NOTE and fact.origin.text and fact.origin.span:
            notes.setdefault((_note(fact), f"{fact.origin.model} {fact.origin.version}"), []).append(fact)
    several = sum(map(len, notes.values())) > 1
    for (note, reader), stated in notes.items():
        if several:
            lines = [f"- {_quoted(fact, _AROUND_ONE_OF_MANY)}{_chance(fact.origin.probability)}" for fact in stated]
            yield "\n".join([f"{note}, read from free text by {reader}:", *lines])
        else:
            read = f"read from free text by {reader}{_chance(stated[0].origin.probability)}"
            yield f"{note}: {_quoted(stated[0], _AROUND)}; {read}."


def _note(fact: Fact) -> str:
    when = f" of {fact.on.isoformat()}" if fact.on else " without a date"
    return f"**From a note{when}** ({escaped(fact.note or '', 120)})"


def _quoted(fact: Fact, around: int) -> str:
    """The sentence, as far as it stands near the words that were read."""
    text, (start, end) = fact.origin.text or "", fact.origin.span or (0, 0)
    words = f"**{escaped(text[start:end], 60)}**"
    return f"\u201c{_beside(text[:start][-around:])}{words}{_beside(text[end:][:around])}\u201d"


def _beside(words: str) -> str:
    """Escaped, with the blank that stood at either end."""
    shown = escaped(words, _AROUND)
    return f"{' ' if words[:1].isspace() else ''}{shown}{' ' if words[-1:].isspace() and shown else ''}"


def _chance(probability: float | None) -> str:
    """In the words of the evidence page: nothing is certain, so never 100 %."""
    if probability is None:
        return ""
    return ", probability over 99 %" if probability > 0.99 else f", probability {100 * probability:.0f} %"


def _notes(missing: tuple[NotAssessed, ...]) -> list[str]:
    if not missing:
        return []
    notes = told(missing)
    lines = [f"- {escaped(note.reason, 200)}" for note in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        lines.append(f"- and {len(notes) - _MOST_NOTES} more, in the evidence page")
    return ["\n".join(["**Not assessed**", *lines])]


def _line(note: NotAssessed) -> str:
    about = f"{escaped(note.subject.text, 60)}: " if note.subject else ""
    return f"- {about}{escaped(note.reason, 200)}"


def _evidence(concern: Concern, knowledge: Knowledge) -> str:
    return knowledge.remembered(_cited)(concern.finding.cites)


def _cited(knowledge: Knowledge, cites: tuple[str, ...]) -> str:
    """Each source once, with every place in it that is cited."""
    places: dict[str, list[str]] = {}
    for row in (knowledge.cited[cite] for cite in cites):
        if row.locator not in places.setdefault(row.source, []):
            places[row.source].append(row.locator)
    return "**Evidence:** " + "; ".join(_citation(knowledge.sources[name], where) for name, where in places.items())


def _citation(source: Source, places: list[str]) -> str:
    title, publisher = escaped(titled(source.title, 120)), escaped(titled(source.publisher, 60))
    where = " and ".join(escaped(place, 100) for place in places)
    return f"[{title}]({source.url}), {publisher} {source.year}, {where}"


def _rule(concern: Concern, knowledge: Knowledge) -> str:
    row = knowledge.cited[concern.finding.rule]
    review = escaped(row.approval, 140) or "not yet reviewed at this site"
    return f"Rule {concern.check.id} / {row.id}, version {concern.check.version}+{knowledge.version}, {review}."
