"""`source_checks.csv`: rows that were held against a public page that tells what their source says.

It is no review: those who wrote the tables read the passage, on the day that the row gives. A check stands for a row
only as long as the row keeps the harm that it had then, or names no problem that the page did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from cds_service.findings import HARMS, Harm
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.indications import Indication
from cds_service.knowledge.rows import AllRows, Context, Graded, Row, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck(Row):
    """`row` is the id of a cited row; `page` bore out `harm` on the day `on`, or of a row of indications, which has no
    harm, that the drug is given for `problems` (keys of treated.csv)."""

    table: ClassVar[str] = "source_checks.csv"
    key: ClassVar[tuple[str, ...]] = ("row",)
    noun: ClassVar[str] = "rows held against a page"
    row: str
    harm: Harm | None
    on: date
    page: str
    problems: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        try:
            on = date.fromisoformat(cells.required("on"))
        except ValueError:
            raise cells.wrong("on is not a date, YYYY-MM-DD") from None
        page = cells.required("page")
        if not page.startswith(("https://", "http://")):
            raise cells.wrong("page is not an address")
        return cls(
            place=cells.place,
            row=cells.required("row"),
            harm=cells.choice("harm", HARMS) if cells.text("harm") else None,
            on=on,
            page=page,
            problems=frozenset(cells.items("problems", optional=True)),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for one in knowledge.all(cls):
            one.require(one.row in knowledge.cited, f"row {one.row} is not in our tables")
            one.require((one.harm is None) == bool(one.problems), "it says either a harm or problems")

    def still_bears_out(self, row: object) -> bool:
        """Whether the row says no more than what the page was held against."""
        if isinstance(row, Graded):
            return row.harm == self.harm
        return isinstance(row, Indication) and self.problems.issuperset(row.problems)
