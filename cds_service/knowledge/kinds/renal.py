"""`renal_rows.csv`: what a label says of a drug in a band of kidney function."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.doses import daily_milligrams, in_milligrams
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.routes import ROUTES

Estimator = Literal["egfr", "crcl", "dialysis"]
ESTIMATORS: tuple[Estimator, ...] = ("egfr", "crcl", "dialysis")
Dialysis = Literal["any", "hemodialysis", "peritoneal"]
DIALYSIS: tuple[Dialysis, ...] = ("any", "hemodialysis", "peritoneal")
HIGHEST_BAND = 130  # mL/min; above it a band is no statement about kidney disease
_INCLUSIVE = re.compile(r"\b(\d+)(?: mL/min)? or less")  # as `supports` says it; such a band ends just above the number


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class RenalRow(Graded):
    """A band [low, high) of the estimator, in mL/min/1.73 m2 for egfr and mL/min for crcl; None is open.

    `dialysis` names the kinds of dialysis for which the row holds: that of its own for the estimator `dialysis`, which
    has no band, and for a band where the source's words include them ("below 30 mL/min, dialysis included").
    """

    table: ClassVar[str] = "renal_rows.csv"
    noun: ClassVar[str] = "renal bands"
    topic: ClassVar[str] = "renal-dosing"
    drug: str
    routes: frozenset[str]
    estimator: Estimator
    dialysis: Dialysis | None
    low: float | None
    high: float | None
    max_daily_dose: float | None
    dose_unit: str
    adjust_to: str
    max_age_days: int

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **graded(cells),
            drug=context.names.key(cells, cells.required("drug")),
            routes=cells.choices("routes", ROUTES),
            estimator=cells.choice("estimator", ESTIMATORS),
            dialysis=cells.choice("dialysis", DIALYSIS) if cells.text("dialysis", optional=True) else None,
            low=cells.number("from"),
            high=cells.number("below"),
            max_daily_dose=cells.number("max_daily_dose"),
            dose_unit=cells.text("dose_unit"),
            adjust_to=cells.text("adjust_to"),
            max_age_days=cells.whole("max_age_days") or 365,
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        _bands(row for row in knowledge.all(cls) if row.estimator != "dialysis")
        _dialysis(row for row in knowledge.all(cls) if row.dialysis or row.estimator == "dialysis")
        for row in knowledge.all(cls):
            ends_early = row.high is not None and f"{row.high:g}" in _INCLUSIVE.findall(row.supports)
            row.require(not ends_early, "its source says 'or less', so the band must hold that number (30.01 for 30)")
            limit = None if row.max_daily_dose is None else in_milligrams(row.max_daily_dose, row.dose_unit, row)
            if row.adjust_to:
                daily = daily_milligrams(row, row.adjust_to, row.drug, knowledge.vocabulary)
                row.require(limit is None or daily <= limit, "adjust_to gives more than max_daily_dose")

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.drug,)

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.drug)} and kidney function"

    def on_dialysis(self, kind: str) -> bool:
        """Whether it holds on this kind of dialysis; where the kind is not known, that on hemodialysis does."""
        return self.dialysis == "any" or self.dialysis == (kind or "hemodialysis")

    def covers(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)

    def meets(self, at_least: float | None, at_most: float | None) -> bool:
        """Whether some value between the bounds lies in the band; a bound that is None is open."""
        above = self.high is None or (at_least or 0.0) < self.high
        return above and (at_most is None or (self.low or 0.0) < at_most)

    def holds_within(self, at_least: float | None, at_most: float | None) -> bool:
        """Whether every value between the bounds lies in the band."""
        ends = self.high is None or (at_most is not None and at_most <= self.high)
        return ends and (at_least or 0.0) >= (self.low or 0.0)


def _dialysis(found: Iterable[RenalRow]) -> None:
    """One row at most holds for one drug on one kind of dialysis, and a dose for dialysis has no band."""
    rows = tuple(found)
    for row in rows:
        own = row.estimator == "dialysis"
        row.require(row.dialysis is not None, "it does not say which dialysis it is for")
        row.require(not own or (row.low is None and row.high is None), "a dose for dialysis has no band")
        row.require(own or row.low is None, "only the lowest band can hold on dialysis")
    ordered = sorted(rows, key=lambda row: row.drug)
    for _, group in groupby(ordered, key=lambda row: row.drug):
        for one, other in combinations(group, 2):
            routes = not one.routes or not other.routes or bool(one.routes & other.routes)
            kinds = one.dialysis == other.dialysis or "any" in (one.dialysis, other.dialysis)
            other.require(not (routes and kinds), f"{one.id} holds on this dialysis too")


def _bands(found: Iterable[RenalRow]) -> None:
    """Bands of one drug, estimator and route follow each other; no two bands of other routes claim one order."""
    rows = tuple(found)
    for row in rows:
        row.require(row.low is None or row.high is None or row.low < row.high, "the band is empty")
        ends = row.high is not None and row.high <= HIGHEST_BAND
        row.require(ends, f"the band must end, at {HIGHEST_BAND} mL/min or below")
    ordered = sorted(rows, key=lambda row: (row.drug, row.estimator, sorted(row.routes), row.low or 0.0))
    for _, group in groupby(ordered, key=lambda row: (row.drug, row.estimator, row.routes)):
        for below, above in pairwise(group):
            above.require(below.high == above.low, f"its band leaves a gap to or overlaps {below.id}")
    for _, group in groupby(ordered, key=lambda row: (row.drug, row.estimator)):
        for one, other in combinations(group, 2):
            shared = one.routes != other.routes and (not one.routes or not other.routes or one.routes & other.routes)
            other.require(not shared, f"it speaks of routes of {one.id} too")
