"""A checklist on a card: how many items are open, then each with what was looked at, as far as it fits.

What does not fit is counted; the app shows all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.cards.text import LONGEST_DETAIL, LONGEST_SUMMARY, cut, escaped
from cds_service.engine import Concern
from cds_service.findings import Item, ItemState
from cds_service.knowledge import Knowledge
from cds_service.terminology.counting import counted

EXTENSION = "org.countersign.checklist"
_SECTIONS: tuple[tuple[str, tuple[ItemState, ...]], ...] = (
    ("Open", ("unmet",)),
    ("Not known", ("unknown",)),
    ("Declined, contraindicated or immune, as recorded", ("declined", "contraindicated", "immune")),
    ("Met", ("met",)),
)
_FOREIGN = "Records of other places and orders under way are not seen here."


def checklist_summary(items: Sequence[Item]) -> str:
    """ "2 of 9 items open: Measure HbA1c; Ask about tobacco": the first names as far as they fit. Empty without any."""
    if not items:
        return ""
    unmet = [one.words for one in items if one.state == "unmet"]
    unknown = sum(one.state == "unknown" for one in items)
    said = f"Checklist: {len(unmet)} of {counted(len(items), 'item')} open"
    if unknown:
        said += f", {unknown} not known"
    return cut(f"{said}: {'; '.join(unmet)}", LONGEST_SUMMARY)


def checklist_detail(items: Sequence[Item], knowledge: Knowledge, tail: Sequence[str]) -> str:
    """Markdown under 1,500 characters: the items in sections, `tail` whole, then how many did not fit."""
    room = LONGEST_DETAIL - len("\n\n".join((_FOREIGN, *tail))) - 90  # for the words about what did not fit
    kept: list[str] = []
    left: list[str] = []
    for title, states in _SECTIONS:
        mine = [one for one in items if one.state in states]
        lines = [f"**{title} ({len(mine)})**"] if mine else []
        for one in mine:
            line = _line(one, knowledge)
            if len("\n".join([*kept, *lines, line])) > room:
                break
            lines.append(line)
        shown = max(len(lines) - 1, 0)
        kept += ["", *lines] if shown else []
        left += [f"{len(mine) - shown} {title.partition(',')[0].lower()}"] if len(mine) > shown else []
    more = [f"Not shown here, in the app: {', '.join(left)}."] if left else []
    return "\n\n".join(["\n".join(kept).strip(), *more, _FOREIGN, *tail])


def _line(item: Item, knowledge: Knowledge) -> str:
    """An open item links the place that its strength comes from; one that is met is short."""
    words, why = escaped(item.words, 90), escaped(item.why, 160)
    if item.state == "met":
        return f"- {words}: {escaped(item.why, 60)}"
    if item.state != "unmet":
        return f"- {words}: {why}"
    source = knowledge.sources[knowledge.cited[item.rule].source]
    return f"- {words} ([{escaped(item.strength, 40)}]({source.url})): {why}"


def checklist_extension(concern: Concern) -> dict[str, Any]:
    """The items for a machine; `concern` is what an override of the card puts aside."""
    ids = concern.item_ids
    return {
        EXTENSION: [
            {"rule": one.rule, "state": one.state, **({"concern": ids[one.rule]} if one.open else {})}
            for one in concern.finding.items
        ]
    }


def items_record(items: Sequence[Item], facts: Mapping[Any, int]) -> Iterator[dict[str, Any]]:
    """JSON-ready, for the evidence page: `facts` gives the position of each fact in the record."""
    for one in items:
        yield {
            "rule": one.rule,
            "words": one.words,
            "state": one.state,
            "why": one.why,
            "strength": one.strength,
            "facts": [facts[fact] for fact in one.facts if fact in facts],
        }
