"""The lists that a stay is told from: what the patient goes home with, what is on hold, and what was taken at home.

Taken home is what is ordered, active and not for the ward. Home is what was ordered or reported before the stay began.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cds_service.chart.medications.stay import Course, Stay
from cds_service.checks.discharge.entries import Entries, newest

CURRENT = frozenset({"active", "unknown", ""})
TAKEN = CURRENT | {"intended", "on-hold"}
ENDED = frozenset({"stopped", "completed"})


@dataclass(frozen=True)
class Lists:
    """The lists that a stay is told from, as its entries say on a day."""

    stay: Stay
    today: date

    @cached_property
    def current(self) -> Entries:
        """What the patient goes home with, the newest first."""
        found = (one for one in self._entries if one.kind == "order" and self._goes_on(one, CURRENT))
        return Entries(sorted(found, key=newest, reverse=True))

    @cached_property
    def held(self) -> Entries:
        return Entries(one for one in self._entries if self._goes_on(one, ("on-hold",)))

    @cached_property
    def home(self) -> Entries:
        """What was taken when the stay began, the newest first; nothing when that day is not known."""
        found = (one for one in self._entries if self.stay.on and self._of_home(one))
        return Entries(sorted(found, key=newest, reverse=True))

    @cached_property
    def not_taken(self) -> Entries:
        return Entries(one for one in self.stay.statements.items if one.status == "not-taken")

    @cached_property
    def undated(self) -> Entries:
        """Orders from before the stay that are over, and nobody says since when."""
        over = (one for one in self.stay.orders.items if one.status in ENDED and one.setting != "inpatient")
        return Entries(one for one in over if self.stay.before(one.begun) and one.ended is None and one.touched is None)

    @cached_property
    def given_up(self) -> Entries:
        """Orders that were over before the stay, or nobody says since when."""
        over = (one for one in self.stay.orders.items if one.status in ENDED and one.setting != "inpatient")
        return Entries(
            one for one in over if self.stay.before(one.begun) and not self._in_stay(one.ended or one.touched)
        )

    @property
    def knows_home(self) -> bool:
        """Whether a list of what was taken at home is known, so that what is not on it is new. Orders are no such list:
        other places order too."""
        return bool(self.stay.on) and self.stay.statements.known

    def in_stay(self, one: Course) -> bool | None:
        """Whether it was begun in the stay; None when that is not known."""
        before = self.stay.before(one.begun)
        return None if before is None else not before

    @property
    def _entries(self) -> tuple[Course, ...]:
        both = (*self.stay.orders.items, *self.stay.statements.items)
        return tuple(one for one in both if one.setting != "inpatient")

    def _goes_on(self, one: Course, statuses: Iterable[str]) -> bool:
        return one.status in statuses and (one.ended is None or one.ended >= self.today)

    def _of_home(self, one: Course) -> bool:
        if one.kind == "order" and not self.stay.before(one.begun):
            return False
        if one.on and self.stay.on and one.on > self.stay.on:
            return False
        if one.status in TAKEN:
            return one.ended is None or self._in_stay(one.ended)
        return one.status in ENDED and self._in_stay(one.ended or one.touched or _asserted(one))

    def _in_stay(self, day: date | None) -> bool:
        return bool(day and self.stay.on and day >= self.stay.on)


def _asserted(one: Course) -> date | None:
    return one.medication.on if one.kind == "statement" else None
