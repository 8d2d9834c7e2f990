"""A medication of the chart, ordered or taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.facts import Fact, OrderRef, Origin
from cds_service.terminology.sig import Sig
from cds_service.terminology.vocabulary import Drug


@dataclass(frozen=True, slots=True)
class Medication:
    """A draft order, an active order or a statement.

    `drugs` is empty when the drug was not recognised; `problem` then says why and `candidates` what it may be. For a
    drug that was read from free text `candidates[0]` is its full name. `ended` is the day it was stopped, for rows
    with a washout. `replaces` is the prescription that it renews. `uses`: words and codes of its stated indication.
    `written` is what the words name where no code does: vitamin B6, a concept of its own, when `drugs` says pyridoxine.
    `part` counts from 1 what one typed text orders together, or orders in place of what it ends; 0 is the whole of an
    order. `unread` are words of further components that are not known; a `component` was read in such words, stands
    beside the medication that names the others, and is no order of its own.
    """

    ref: OrderRef
    drugs: tuple[Drug, ...]
    origin: Origin
    sig: Sig
    routes: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    on: date | None = None
    ended: date | None = None
    replaces: str | None = None
    problem: str | None = None
    candidates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    part: int = 0
    written: tuple[Drug, ...] = ()
    unread: tuple[str, ...] = ()
    component: bool = False
    resource: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rxcuis(self) -> frozenset[str]:
        return frozenset(drug.rxcui for drug in self.drugs)

    def fact(self, label: str) -> Fact:
        read_as = f"read as {' + '.join(drug.name for drug in self.drugs)}" if self.origin.is_read else None
        return Fact(label, self.ref.text, self.origin, self.on, read_as)
