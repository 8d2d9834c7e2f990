"""What directions state, as FHIR has it: dose, timing, as-needed reason, route, duration and limit."""

from __future__ import annotations

from dataclasses import dataclass

PERIODS_PER_DAY = {"min": 1440.0, "h": 24.0, "d": 1.0, "wk": 1 / 7, "mo": 1 / 30}
DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.0, "a": 365.0, "h": 1 / 24}


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose or a strength: `high` of `unit`; `low` is the lower end of a stated range.

    `assumed`: the text names no unit ("metformin 1000 bid") and mg was taken for it.
    """

    high: float
    unit: str | None
    low: float | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """FHIR Timing.repeat: `frequency` times per `period` `unit` (min, h, d, wk, mo).

    `slowest` is the longer end of an interval range (q4-6h: period 4, slowest 6) or None. `when` holds FHIR event codes
    (HS, ACM, PCV ...), `days` FHIR day codes (mon ... sun), `hours` times of day ("08:00").
    """

    frequency: float
    period: float
    unit: str
    slowest: float | None = None
    when: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()

    @property
    def per_day(self) -> float:
        """The mean number of doses a day, at the shortest interval stated."""
        return self._rate(self.period)

    @property
    def least_per_day(self) -> float:
        """The same at the longest interval stated."""
        return self._rate(self.slowest or self.period)

    def _rate(self, period: float) -> float:
        rate = self.frequency / period * PERIODS_PER_DAY[self.unit]
        return rate * len(self.days) / 7 if self.days else rate


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of `unit` ("dose" when it counts doses) in `period` `period_unit`; period None = in all."""

    amount: float
    unit: str
    period: float | None
    period_unit: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `value` of `unit` (d, wk, mo, a)."""

    value: float
    unit: str

    @property
    def days(self) -> float:
        return self.value * DAYS[self.unit]


@dataclass(frozen=True, slots=True)
class Directions:
    """What a text of directions states; None and empty mean not stated.

    `abstained` says why the text was not read; then nothing else is given but `unsafe`: the abbreviations of the ISMP
    kind that stand in it, each with what it is taken or mistaken for. `strength` is what one form holds or what a
    parenthesis adds. `phases`: a dose that changes, each part in order; then the top holds no dose and no timing.
    """

    text: str
    dose: Amount | None = None
    strength: Amount | None = None
    timing: Timing | None = None
    as_needed: bool = False
    reason: str | None = None
    route: str | None = None
    duration: Span | None = None
    limit: Limit | None = None
    quantity: float | None = None
    refills: int | None = None
    unsafe: tuple[str, ...] = ()
    phases: tuple[Directions, ...] = ()
    abstained: str | None = None
