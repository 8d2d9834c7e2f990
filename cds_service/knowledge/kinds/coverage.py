"""`coverage.csv`: ingredients whose sources were gone through for a topic, and no row was needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import Context, Row, kind

if TYPE_CHECKING:
    from cds_service.knowledge.knowledge import Knowledge


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell(Row):
    """What rows cannot say of themselves: somebody looked, and nothing had to be said."""

    table: ClassVar[str] = "coverage.csv"
    key: ClassVar[tuple[str, ...]] = ("drug", "topic")
    drug: str
    of_topic: str
    sources: tuple[str, ...]
    locator: str
    note: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        cells.choice("state", ("none-needed",))
        return cls(
            place=cells.place,
            drug=context.names.key(cells, cells.required("drug")),
            of_topic=cells.choice("topic", context.topics),
            sources=cells.items("sources"),
            locator=cells.text("locator"),
            note=cells.text("note"),
        )

    @classmethod
    def check(cls, knowledge: Knowledge) -> None:
        for cell in knowledge.all(cls):
            known = bool(cell.sources) and set(cell.sources) <= knowledge.sources.keys()
            cell.require(known, "its sources are not in sources.yaml")
            drug = knowledge.names.drugs[cell.drug]
            has_rows = knowledge.has_rows(drug, cell.of_topic)
            cell.require(not has_rows, f"{drug.name} has {cell.of_topic} rows after all")
