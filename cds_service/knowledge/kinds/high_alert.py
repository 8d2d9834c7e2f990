"""`high_alert.csv`: drugs that do heightened harm when they are used in error. Coverage of them must have no gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, Row, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class HighAlert(Row):
    """A group of drugs by name or class, with the list that names it."""

    table: ClassVar[str] = "high_alert.csv"
    key: ClassVar[tuple[str, ...]] = ("group",)
    noun: ClassVar[str] = "high-alert groups"
    drugs: tuple[str, ...]
    source: str
    locator: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            place=cells.place,
            drugs=tuple(context.names.key(cells, name) for name in cells.items("drugs")),
            source=cells.required("source"),
            locator=cells.required("locator"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
            row.require(bool(row.drugs), "drugs is empty")
