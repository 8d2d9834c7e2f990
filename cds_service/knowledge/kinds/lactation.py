"""`lactation.csv`: drugs while breastfeeding, in words: what reaches the child, what it does, what is done instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class LactationRow(DrugRow):
    """Speaks when the patient is known to breastfeed."""

    table: ClassVar[str] = "lactation.csv"
    noun: ClassVar[str] = "lactation rows"

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**drug_columns(cells, context))

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)} while breastfeeding"
