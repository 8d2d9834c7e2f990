"""`source_checks.csv`: rows that were held against a public page that tells what their source says.

It is no review: those who wrote the tables read the passage, on the day that the row gives. A check stands for a row
only as long as the row keeps the harm that it had then, names no problem that the page did not, or tells the patient
the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from cds_service.findings import HARMS, Harm
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.discharge_words import DischargeWords
from cds_service.knowledge.kinds.indications import Indication
from cds_service.knowledge.rows import AllRows, Context, Graded, Row, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck(Row):
    """`row` is the id of a cited row; `page` bore out `harm` on the day `on`; of a row of indications, which has no
    harm, that the drug is given for `problems` (keys of treated.csv); of discharge words, what `told` is the digest of.
    Words that no single page bears out whole name those that do together: `page` reads "A and B"."""

    table: ClassVar[str] = "source_checks.csv"
    key: ClassVar[tuple[str, ...]] = ("row",)
    noun: ClassVar[str] = "rows held against a page"
    row: str
    harm: Harm | None
    on: date
    page: str
    problems: frozenset[str]
    told: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        try:
            on = date.fromisoformat(cells.required("on"))
        except ValueError:
            raise cells.wrong("on is not a date, YYYY-MM-DD") from None
        pages = cells.items("page")
        if not pages or not all(page.startswith(("https://", "http://")) for page in pages):
            raise cells.wrong("page is not an address")
        return cls(
            place=cells.place,
            row=cells.required("row"),
            harm=cells.choice("harm", HARMS) if cells.text("harm") else None,
            on=on,
            page=" and ".join(pages),
            problems=frozenset(cells.items("problems", optional=True)),
            told=cells.text("told", optional=True),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for one in knowledge.all(cls):
            one.require(one.row in knowledge.cited, f"row {one.row} is not in our tables")
            said = [bool(part) for part in (one.harm, one.problems, one.told)]
            one.require(said.count(True) == 1, "it says one of harm, problems and told")

    def still_bears_out(self, row: object) -> bool:
        """Whether the row says no more than what the page was held against."""
        if isinstance(row, Graded):
            return row.harm == self.harm
        if isinstance(row, DischargeWords):
            return row.told == self.told
        return isinstance(row, Indication) and self.problems.issuperset(row.problems)
