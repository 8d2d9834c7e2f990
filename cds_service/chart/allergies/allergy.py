"""An allergy or intolerance of the chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.facts import Fact, Origin
from cds_service.terminology.reactions import SIDE_EFFECTS
from cds_service.terminology.vocabulary import Drug


@dataclass(frozen=True, slots=True)
class Allergy:
    """A recorded allergy or intolerance: what it is to (ingredients, allergy groups), and how it showed.

    `shown` are the kinds of its reactions (terminology.reactions); `harmless` is True when every reaction is known and
    none of them is an allergy (nausea from codeine); `no_allergy` likewise, though one may be grave (a
    torn tendon). `tolerated` and `tolerated_groups`: RxCUIs and allergy groups of which the same entry says that they
    are borne.
    """

    reference: str
    label: str
    drugs: tuple[Drug, ...]
    groups: frozenset[str]
    origin: Origin
    kind: str = ""  # allergy | intolerance | not stated
    criticality: str = ""
    reactions: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()
    harmless: bool = False
    no_allergy: bool = False
    tolerated: frozenset[str] = frozenset()
    tolerated_groups: frozenset[str] = frozenset()
    on: date | None = None
    problem: str | None = None

    @property
    def is_intolerance(self) -> bool:
        """An effect without an allergy: said so, unless a reaction contradicts it, or shown by every reaction."""
        return self.harmless or (self.kind == "intolerance" and not self.shown - SIDE_EFFECTS)

    def fact(self) -> Fact:
        """ "Penicillin (hives, swelling)": patients read it too; the criticality is a note for the clinician."""
        reactions = f" ({', '.join(map(_within, self.reactions))})" if self.reactions else ""
        label = "Intolerance" if self.is_intolerance else "Allergy"
        return Fact(label, f"{self.label}{reactions}", self.origin, self.on, self.criticality or None)


def _within(reaction: str) -> str:
    """A capital that only begins the words is none within a line; "SJS" and "Stevens-Johnson" keep theirs."""
    plain = reaction[:1].lower() + reaction[1:]
    return plain if plain.islower() else reaction
