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
        shown = "; ".join(part for part in (self.label, ", ".join(self.reactions), self.criticality) if part)
        return Fact("Intolerance" if self.is_intolerance else "Allergy", shown, self.origin, self.on)
