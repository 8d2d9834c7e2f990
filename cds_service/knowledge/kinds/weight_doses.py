"""`weight_doses.csv`: doses that go by body weight, at ages where they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.age import age_in_days
from cds_service.knowledge.rows import AllRows, Context, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class WeightDose(DrugRow):
    """The most `per_dose` and `per_day`, in `unit` per kg of body weight, from `low` to before `high` days of age."""

    table: ClassVar[str] = "weight_doses.csv"
    noun: ClassVar[str] = "doses by weight"
    per_dose: float | None
    per_day: float | None
    unit: str
    low: float | None
    high: float | None

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **drug_columns(cells, context),
            per_dose=cells.number("per_dose"),
            per_day=cells.number("per_day"),
            unit=cells.required("unit"),
            low=age_in_days(cells, "from"),
            high=age_in_days(cells, "below"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(bool(row.per_dose or row.per_day), "it names no dose")
            row.require(not row.per_dose or not row.per_day or row.per_dose <= row.per_day, "a dose is above a day's")

    def covers(self, days: float) -> bool:
        return (self.low is None or days >= self.low) and (self.high is None or days < self.high)

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)}: dose by body weight"
