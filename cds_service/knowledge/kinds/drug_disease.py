"""`drug_disease.csv`: a drug that a condition of the patient makes dangerous or useless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import conditions_title, patient_columns
from cds_service.knowledge.rows import AllRows, Context, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class DrugDiseaseRow(DrugRow):
    """Speaks when the patient has one of `conditions` (`past:KEY`: or had it) and none of `unless`, and is of
    `from_age` years or more where the row asks for an age."""

    table: ClassVar[str] = "drug_disease.csv"
    noun: ClassVar[str] = "drug-disease rows"
    conditions: tuple[str, ...]
    unless: tuple[str, ...]
    from_age: int | None

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**drug_columns(cells, context), **patient_columns(cells, context), from_age=cells.whole("from_age"))

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(bool(row.conditions), "conditions is empty")

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)} in {conditions_title(knowledge, self.conditions)}"
