"""What was measured: a numeric observation in the unit of its kind, read when a check first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from cds_service.chart.supplied import State
from cds_service.facts import Fact, Origin


@dataclass(frozen=True, slots=True)
class Measurement:
    """A numeric observation in the unit of its kind. `problem` says why it has no usable value; value is then None.

    A result given as ">60" has no value but is known to be `at_least` 60, one given as "<15" to be `at_most` 15.
    `rank` orders results of one moment: the lower one comes from the method that is preferred.
    """

    kind: str
    label: str
    value: float | None
    unit: str
    shown: str
    origin: Origin
    at: datetime | None
    at_least: float | None = None
    at_most: float | None = None
    problem: str | None = None
    rank: int = 0

    @property
    def on(self) -> date | None:
        return self.at.date() if self.at else None

    def fact(self, note: str | None = None) -> Fact:
        return Fact(self.label, self.shown, self.origin, self.on, note or self.problem)


@dataclass(frozen=True)
class Measurements:
    """What was measured, by kind. A chart holds a hundred results of which a call asks for three: each kind is read
    from its resources when a check first asks for it."""

    state: State
    unread: Mapping[str, Sequence[Callable[[], Measurement]]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Measurement, ...]:
        """Every measurement of a kind, usable or not, in the order in which they were supplied."""
        if kind not in self._read:
            self._read[kind] = tuple(read() for read in self.unread.get(kind, ()))
        return self._read[kind]

    @cached_property
    def _read(self) -> dict[str, tuple[Measurement, ...]]:
        return {}
