"""The medicines of a discharge on a card: how many of each kind, then each with how it is taken, as far as it fits.

What does not fit is counted; the app shows all, and a page for the patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.cards.text import LONGEST_DETAIL, LONGEST_SUMMARY, cut, escaped
from cds_service.engine import Concern
from cds_service.findings import Medicine, MedicineState, NotAssessed
from cds_service.terminology.counting import counted

EXTENSION = "org.countersign.discharge"
_ASKED: tuple[MedicineState, ...] = ("unsure", "held", "unreconciled")
_NO_HOME_LIST = "Ordered in this stay; no home list to compare with"
_SECTIONS: tuple[tuple[str, str, tuple[MedicineState, ...]], ...] = (  # title, how the summary says it, states
    ("To decide", "to decide", _ASKED),
    (_NO_HOME_LIST, "ordered in this stay (no home list)", ("ordered",)),
    ("New", "new", ("new",)),
    ("Changed", "changed", ("changed",)),
    ("Stopped", "stopped", ("stopped",)),
    ("Continued", "continued", ("continued",)),
)
_MOST_GAPS = 3
_FOREIGN = "A draft for the clinician to review. Records of other places are not seen here."


def discharge_summary(medicines: Sequence[Medicine]) -> str:
    """ "Discharge medicines: 2 to decide, 1 new, 1 changed: Warfarin; Apixaban". Empty without any."""
    if not medicines:
        return ""
    counts = [(short, sum(one.state in states for one in medicines)) for _, short, states in _SECTIONS]
    said = ", ".join(f"{count} {short}" for short, count in counts if count)
    asked = sum(bool(one.questions) and one.state not in _ASKED for one in medicines)
    more = f", {asked} with a question" if asked else ""
    names = "; ".join(one.name for one in medicines if one.state != "continued")
    return cut(f"Discharge medicines: {said}{more}{f': {names}' if names else ''}", LONGEST_SUMMARY)


def discharge_detail(medicines: Sequence[Medicine], missing: Sequence[NotAssessed], tail: Sequence[str]) -> str:
    """Markdown under 1,500 characters: what is not known, the medicines in sections, `tail` whole, then how many did
    not fit."""
    gaps = _gaps(missing)
    tail = (_FOREIGN, *tail)
    room = LONGEST_DETAIL - len("\n\n".join((*gaps, *tail))) - 90  # for the words about what did not fit
    kept: list[str] = []
    left: list[str] = []
    for title, short, states in _SECTIONS:
        mine = [one for one in medicines if one.state in states]
        lines = [f"**{title} ({len(mine)})**"] if mine else []
        for one in mine:
            line = _line(one)
            if len("\n".join([*kept, *lines, line])) > room:
                break
            lines.append(line)
        shown = max(len(lines) - 1, 0)
        kept += ["", *lines] if shown else []
        left += [f"{len(mine) - shown} {short}"] if len(mine) > shown else []
    more = [f"Not shown here, in the app: {', '.join(left)}."] if left else []
    return "\n\n".join(filter(None, [*gaps, "\n".join(kept).strip(), *more, *tail]))


def _gaps(missing: Sequence[NotAssessed]) -> list[str]:
    """What the lists lack stands before what was told from them."""
    said = [escaped(one.reason, 170).rstrip(".") for one in missing]
    more = [f"{counted(len(said) - _MOST_GAPS, 'more gap')}, in the app"] if len(said) > _MOST_GAPS else []
    return [f"**Not known:** {'; '.join([*said[:_MOST_GAPS], *more])}."] if said else []


def _line(one: Medicine) -> str:
    """How it is taken, what was before, and what is to be decided."""
    name = escaped(f"{one.name} {one.product}".strip(), 80)
    parts = [f"{'as written: ' if one.as_written else ''}{escaped(one.how, 110)}"] if one.how else []
    if one.state == "changed":
        parts.append(f"before: {escaped(one.change, 80)}")
    elif one.state == "stopped" and one.change:
        parts.append(escaped(one.change, 80))
    parts += [f"at home as {escaped(', '.join(one.also), 50)}"] if one.also else []
    parts += [f"**{escaped(question, 130)}**" for question in one.questions[:2]]
    return f"- {name}{': ' if parts else ''}{'; '.join(part.rstrip('.') for part in parts)}"


def discharge_extension(concern: Concern) -> dict[str, Any]:
    """The medicines for a machine: state, instructions and the resources that each was told from."""
    return {
        EXTENSION: [
            {
                "state": one.state,
                "name": one.name,
                **({"instructions": one.how, "as_written": one.as_written} if one.how else {}),
                "questions": len(one.questions),
                "resources": list(dict.fromkeys(fact.origin.reference for fact in one.facts)),
            }
            for one in concern.finding.medicines
        ]
    }


def medicines_record(medicines: Sequence[Medicine], facts: Mapping[Any, int]) -> Iterator[dict[str, Any]]:
    """JSON-ready, for the evidence page and the patient's page: `facts` gives the position of each in the record."""
    for one in medicines:
        yield {
            **{
                name: getattr(one, name)
                for name in ("state", "name", "product", "written", "how", "as_written", "lay", "use")
            },
            "change": one.change,
            **{
                name: list(getattr(one, name))
                for name in ("also", "before", "watch", "help", "due", "questions", "cites")
            },
            "facts": [facts[fact] for fact in one.facts if fact in facts],
        }
