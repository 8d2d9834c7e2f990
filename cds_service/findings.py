"""What a check says: a Finding, a NotAssessed, or nothing (it looked, and there is no concern)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cds_service.facts import Fact, OrderRef

Harm = Literal["contraindicated", "major", "moderate", "minor"]
Display = Literal["critical", "warning", "info", "off"]
Intent = Literal["replace", "adjust", "stop", "monitor", "document", "add", "complete", "justify", "record", "request"]

HARMS: tuple[Harm, ...] = ("contraindicated", "major", "moderate", "minor")
INDICATORS: tuple[Display, ...] = ("critical", "warning", "info")  # of a card
DISPLAYS: tuple[Display, ...] = (*INDICATORS, "off")
DEFAULT_DISPLAY: Mapping[Harm, Display] = {
    "contraindicated": "critical",
    "major": "warning",
    "moderate": "info",
    "minor": "off",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An intent, not a resource: `cards/` renders it in the client's dialect.

    `content` by intent: stop {}; adjust, replace and add {"order_text": str, "rxcui": str, "name": str};
    monitor {"tests": [{"code": LOINC, "display": str, "text": str, "within_days": int}, ...]};
    complete {"drug": {"rxcui": str, "name": str} or None, "directions": Directions};
    justify {"reference": of a Condition, "display": str};
    record {"kind": allergy, condition or medication, what it is, and the note that it was read from}: its target is the
    note, and no order is changed (see cards/recording.py);
    request {"code": (system, code), "display": str, "text": str, "patient": reference, "reason": str, "within_days":
    int, 0 if left out}: what an open item of a checklist or a discharge asks for, a vaccine by its CVX code; its target
    is the patient (see cards/requesting.py).
    `cites` are the sources of what it proposes (a replacement's dose has its own).
    """

    intent: Intent
    target: OrderRef
    label: str
    content: Mapping[str, Any] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    recommended: bool = False


ItemState = Literal["unmet", "unknown", "declined", "contraindicated", "immune", "met"]
ITEM_STATES: tuple[ItemState, ...] = ("unmet", "unknown", "declined", "contraindicated", "immune", "met")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist. `rule` is the id of its row, `strength` the grade that its source gives it.

    unmet: looked, and found nothing or too old; unknown: nobody could look, or it may stand where nobody looks;
    declined, contraindicated, immune: recorded as such. `why` says what was looked at, `facts` are for whom, and the
    proof.
    """

    rule: str
    words: str
    state: ItemState
    why: str
    strength: str
    facts: tuple[Fact, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @property
    def open(self) -> bool:
        """True when somebody has to look at it."""
        return self.state in ("unmet", "unknown")


MedicineState = Literal["unsure", "held", "unreconciled", "ordered", "new", "changed", "stopped", "continued"]
MEDICINE_STATES: tuple[MedicineState, ...] = (
    *("unsure", "held", "unreconciled", "ordered"),
    *("new", "changed", "stopped", "continued"),
)


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of a discharge. unsure: it is to be taken, and whether it is new or changed is not known; held: on
    hold; unreconciled: taken at home, and nobody has said whether it goes on; ordered: in this stay, and no home list
    is there to compare with, so that whether it is new is not known.

    `name`, `product` (strength and form as the order names them, where its directions stand apart), `also` (other names
    that it has at home), `lay` (what kind of medicine), `use`, `how`, `change`, `watch`, `help` and `due` are for the
    patient; `how` is the order's own words where `as_written`. `written`, `before` (each: how it was taken) and
    `questions` are for the clinician. `facts` are the orders and statements that it was told from.
    """

    state: MedicineState
    name: str
    written: str
    product: str = ""
    also: tuple[str, ...] = ()
    how: str = ""
    as_written: bool = False
    lay: str = ""
    use: str = ""
    change: str = ""
    before: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    cites: tuple[str, ...] = ()

    @property
    def taken(self) -> bool:
        """True for what the patient is to take at home."""
        return self.state in ("new", "ordered", "changed", "continued", "unsure")


@dataclass(frozen=True, slots=True)
class Finding:
    """A concern about `subject`. `rule` is the id of the knowledge row; `cites` are the ids of cited rows, never empty.

    `summary` is the concern, `rationale` why it arises, `advice` what the rule says to do. `items` are those of a
    checklist, `medicines` those of a discharge, in the order in which they are shown.
    """

    topic: str
    rule: str
    harm: Harm
    display: Display
    subject: OrderRef
    concepts: tuple[str, ...]
    summary: str
    cites: tuple[str, ...]
    rationale: str = ""
    advice: str = ""
    facts: tuple[Fact, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    items: tuple[Item, ...] = ()
    medicines: tuple[Medicine, ...] = ()

    def __post_init__(self) -> None:
        if not self.cites:
            raise ValueError(f"finding {self.rule} has no citation: a rule never speaks without a source")
        if self.harm not in HARMS or self.display not in DISPLAYS:
            raise ValueError(f"finding {self.rule}: harm {self.harm!r} or display {self.display!r} is not known")

    def with_items(self, items: Iterable[Item]) -> Finding:
        """The same with these items of a checklist, and what they rest on, cite and propose in place of its own; what
        several of them ask for is proposed once."""
        listed = tuple(items)
        proposals = {proposal.label: proposal for one in reversed(listed) for proposal in reversed(one.proposals)}
        return replace(
            self,
            items=listed,
            concepts=tuple(one.rule for one in listed if one.open),
            cites=(self.rule, *(one.rule for one in listed)),
            facts=tuple(dict.fromkeys(fact for one in listed for fact in one.facts)),
            proposals=tuple(reversed(proposals.values())),
        )

    @property
    def rests_on_reading(self) -> bool:
        """True when any fact was read by a model: such a finding is at most a warning until confirmed."""
        return any(fact.origin.is_read for fact in self.facts)


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """The check could not look, and what is missing could have mattered. `prominent` asks for a card of its own.

    `uncovered`: the drugs that the table of this topic says nothing about; a reader is told them once, see `told`.
    """

    reason: str
    subject: OrderRef | None = None
    topic: str = ""  # the engine fills in the check's own topic
    prominent: Literal["", "info", "warning"] = ""
    proposals: tuple[Proposal, ...] = ()
    uncovered: tuple[str, ...] = ()


# A topic as a clinician says it, where the code alone would not do.
_PURPOSES: Mapping[str, str] = {
    "drug-allergy": "allergies to related drugs",
    "dose-limit": "highest doses",
    "drug-interaction": "interactions",
    "lab-gated": "laboratory limits",
    "lactation": "breastfeeding",
    "qt-prolongation": "QT prolongation",
}


def not_covered(names: Sequence[str], *topics: str) -> str:
    """The words for drugs that our tables say nothing about: which drugs, and for what."""
    *others, last = (_PURPOSES.get(topic, topic.replace("-", " ")) for topic in topics)
    purposes = f"{', '.join(others)} or {last}" if others else last
    return f"our tables do not cover {', '.join(names)} for {purposes}"


def told(missing: Iterable[NotAssessed]) -> tuple[NotAssessed, ...]:
    """As a person is told: drugs that several tables say nothing about stand in one line that names the topics."""
    topics: dict[tuple[OrderRef | None, tuple[str, ...]], list[str]] = {}
    for note in missing:
        if note.uncovered:
            topics.setdefault((note.subject, note.uncovered), []).append(note.topic)
    lines: dict[object, NotAssessed] = {}
    for note in missing:
        of = topics.get((note.subject, note.uncovered), [])
        one = replace(note, topic="not-assessed", reason=not_covered(note.uncovered, *of)) if len(of) > 1 else note
        lines.setdefault((one.subject, one.topic, one.reason), one)
    return tuple(lines.values())
