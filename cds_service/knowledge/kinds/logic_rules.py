"""`rules.csv`: rules whose logic stands in a check; the row gives grading, words and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.findings import DEFAULT_DISPLAY, Display
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.rows import AllRows, Context, Graded, kind

_OFFERS = frozenset({"order-completion", "indication", "chart-reconciliation", "checklist", "discharge-instructions"})


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class LogicRule(Graded):
    """One that is not approved may be missing where unreviewed rows are silent: its check then cannot look."""

    table: ClassVar[str] = "rules.csv"
    noun: ClassVar[str] = "logic rules"
    card_topic: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**graded(cells), card_topic=cells.required("topic"))

    @property
    def loudest(self) -> Display:
        """An offer is shown although nothing would be harmed without it."""
        return "info" if self.harm == "minor" and self.card_topic in _OFFERS else DEFAULT_DISPLAY[self.harm]

    def title(self, knowledge: AllRows) -> str:
        return self.summary.capitalize()
