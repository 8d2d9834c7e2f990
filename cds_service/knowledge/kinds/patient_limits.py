"""`patient_limits.csv`: where the most of a drug differs by the patient's age or the stated use, or lasts a few days.

Such a row is asked after the general limit and is narrower: citalopram above 60 years, ropinirole for restless legs,
ketorolac for five days. A use counts only where the order states it in these words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import states_one, uses_in
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.age import DAYS, age_in_days
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.rows import AllRows, Context, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLimit(DoseLimit):
    """As DoseLimit, at ages in days from `low` to before `high` (None: open), for one of `uses` (whole words; empty:
    any), and for at most `max_days` where that is given."""

    table: ClassVar[str] = "patient_limits.csv"
    noun: ClassVar[str] = "dose limits by age and use"
    low: float | None
    high: float | None
    span: str
    uses: tuple[str, ...]
    max_days: int | None

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **cls.limit_columns(cells, context),
            low=age_in_days(cells, "from"),
            high=age_in_days(cells, "below"),
            span=" to ".join((cells.text("from") or "birth", cells.text("below") or "old age")),
            uses=uses_in(cells, "uses"),
            max_days=cells.whole("max_days"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        super(PatientLimit, cls).check(knowledge)
        for row in knowledge.all(cls):
            row.require((row.low or 0.0) < (row.high or 130 * DAYS["y"]), "the ages are empty")
            row.require(bool(row.by_age or row.uses or row.max_days), "it names no age, no use and no number of days")

    @property
    def by_age(self) -> bool:
        return self.low is not None or self.high is not None

    def holds_at(self, days: int | None) -> bool:
        """At this age in days; an age that is not known (None) holds only where no age is asked for."""
        if days is None:
            return not self.by_age
        return (self.low is None or days >= self.low) and (self.high is None or days < self.high)

    def is_for(self, stated: frozenset[str]) -> bool:
        """True for a row about any use, and where one of the order's stated reasons has one of its uses."""
        return not self.uses or states_one(self.uses, stated)

    def title(self, knowledge: AllRows) -> str:
        use = self.uses[0] if self.uses else ""
        at = " ".join(filter(None, (f"at ages {self.span}" if self.by_age else "", f"for {use}" if use else "")))
        return f"{self.drugs_title(knowledge)}: maximum dose {at}".rstrip()
