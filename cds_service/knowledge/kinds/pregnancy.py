"""`pregnancy.csv`: drugs in pregnancy, in words and with the weeks that matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import Context, kind

if TYPE_CHECKING:
    from cds_service.knowledge.knowledge import Knowledge

LAST_WEEK = 44


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyRow(DrugRow):
    """Speaks from `from_week` to before `below_week` of gestation; None is open.

    `exclude_first`: so strong a teratogen that pregnancy has to be excluded before it is started.
    """

    table: ClassVar[str] = "pregnancy.csv"
    noun: ClassVar[str] = "pregnancy rows"
    from_week: int | None
    below_week: int | None
    exclude_first: bool

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **drug_columns(cells, context),
            from_week=cells.whole("from_week"),
            below_week=cells.whole("below_week"),
            exclude_first=bool(cells.choices("exclude_first", ("yes",))),
        )

    @classmethod
    def check(cls, knowledge: Knowledge) -> None:
        for row in knowledge.all(cls):
            low, high = row.from_week or 0, row.below_week or LAST_WEEK
            row.require(low < high <= LAST_WEEK, "the weeks are none of a pregnancy")

    @property
    def always(self) -> bool:
        return self.from_week is None and self.below_week is None

    def covers(self, week: int) -> bool:
        return (self.from_week or 0) <= week < (self.below_week or LAST_WEEK + 1)

    def title(self, knowledge: Knowledge) -> str:
        return f"{self.drugs_title(knowledge)} in pregnancy"
