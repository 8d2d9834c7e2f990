"""One entry of the problem list, as the checks see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cds_service.facts import Fact, Origin


@dataclass(frozen=True, slots=True)
class Problem:
    """A condition or diagnosis; `codes` as (system URI, code).

    `active` is False for one that is inactive, in remission or resolved. `tentative`: a provisional or differential
    diagnosis that nobody has confirmed. `conditions` are the value sets of conditions.csv that it means as present,
    `past_conditions` those it means as something that was; an entry that is not active has only the latter.
    """

    reference: str
    label: str
    origin: Origin
    codes: tuple[tuple[str, str], ...] = ()
    conditions: frozenset[str] = frozenset()
    past_conditions: frozenset[str] = frozenset()
    active: bool = True
    tentative: bool = False
    onset: date | None = None
    ended: date | None = None
    recorded: date | None = None

    @property
    def on(self) -> date | None:
        return self.onset or self.recorded

    def fact(self, note: str | None = None) -> Fact:
        said = "provisional, not confirmed" if self.tentative else None
        past = f"past, until {self.ended}" if self.ended else "past" if not self.active else None
        notes = "; ".join(filter(None, (note, said, past)))
        return Fact("Problem", self.label, self.origin, self.on, notes or None)
