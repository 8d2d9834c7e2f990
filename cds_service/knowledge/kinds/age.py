"""`age.csv`: drugs that an age makes dangerous: children and older adults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import patient_columns
from cds_service.knowledge.names import CLASS
from cds_service.knowledge.rows import AllRows, Context, kind

# Days of one unit of age, so that ages are compared in days; a year and a month are means.
DAYS = {"d": 1.0, "wk": 7.0, "mo": 365.25 / 12, "y": 365.25}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRow(DrugRow):
    """Speaks at ages in days from `low` to before `high` (None: open); `span` is the same in the table's words.

    Where it names conditions, one must be there; where it names company, one of those drugs must be taken, too.
    """

    table: ClassVar[str] = "age.csv"
    noun: ClassVar[str] = "age rows"
    low: float | None
    high: float | None
    span: str
    conditions: tuple[str, ...]
    unless: tuple[str, ...]
    company: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        low, high = age_in_days(cells, "from"), age_in_days(cells, "below")
        return cls(
            **drug_columns(cells, context),
            **patient_columns(cells, context),
            low=low,
            high=high,
            span=" ".join(f"{word} {cells.text(word)}" for word in ("from", "below") if cells.text(word)),
            company=frozenset(context.names.key(cells, name) for name in cells.items("with")),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require((row.low or 0.0) < (row.high or 130 * DAYS["y"]), "the ages are empty")
            row.require(row.low is not None or row.high is not None, "it names no age")

    def covers(self, days: float) -> bool:
        return (self.low is None or days >= self.low) and (self.high is None or days < self.high)

    def title(self, knowledge: AllRows) -> str:
        beside = [knowledge.names.label(key) for key in sorted(self.company, key=lambda key: key.startswith(CLASS))]
        company = f" with {' or '.join(beside)}" if beside else ""
        return f"{self.drugs_title(knowledge)}{company} at ages {self.span}"


def age_in_days(cells: Cells, column: str) -> float | None:
    """`65 y`, `18 mo`, `4 wk`, `28 d`; None when the cell is empty."""
    cell = cells.text(column)
    if not cell:
        return None
    count, _, unit = cell.partition(" ")
    if not count.isdigit() or unit not in DAYS:
        raise cells.wrong(f"{column} is {cell!r}; it is a number and one of {', '.join(DAYS)}")
    return int(count) * DAYS[unit]
