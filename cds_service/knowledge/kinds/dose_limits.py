"""`dose_limits.csv`: the most of a drug that its label allows, at a time and in a day, by route."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugColumns, DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.doses import directions_of
from cds_service.knowledge.rows import AllRows, Context, kind

CRITICAL_TIMES = 5.0  # a slip of a decimal point; nobody means to go so far beyond a maximum
TENFOLD = 10


class LimitColumns(DrugColumns):
    """What `DoseLimit` takes, read and checked."""

    max_single: float | None
    critical_times: float
    usual: str
    basis: tuple[str, ...]


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimit(DrugRow):
    """`max_daily_dose` and `max_single` are in `dose_unit`, at least one of them; a dose ordered per m2 of body surface
    is judged by a row in mg/m2. `usual` is an order of a usual dose, from which the row is proved: silent at that, loud
    at ten times that. From `critical_times` the maximum on a dose is a slip. `basis` holds the words that follow an
    amount which is counted in something else than the drug: elemental iron, phenytoin equivalents (PE); of an insulin
    they name the concentrate, wherever they stand: U-500."""

    table: ClassVar[str] = "dose_limits.csv"
    noun: ClassVar[str] = "dose limits"
    topic: ClassVar[str] = "dose-limit"
    max_single: float | None
    critical_times: float
    usual: str
    basis: tuple[str, ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**cls.limit_columns(cells, context))

    @staticmethod
    def limit_columns(cells: Cells, context: Context) -> LimitColumns:
        """The columns of every row that limits a dose."""
        row, max_single = drug_columns(cells, context), cells.number("max_single")
        if not row["max_daily_dose"] and not max_single:
            raise cells.wrong("max_daily_dose is empty, and so is max_single")
        return {
            **row,
            "max_single": max_single,
            "critical_times": cells.number("critical_times") or CRITICAL_TIMES,
            "usual": cells.required("usual"),
            "basis": cells.items("basis", optional=True),
        }

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            sig = directions_of(row.usual, knowledge.vocabulary)
            doses = (sig.single(row.dose_unit), row.max_single), (sig.daily(row.dose_unit), row.max_daily_dose)
            stated = [(float(dose.value), most) for dose, most in doses if dose is not None and most is not None]
            row.require(bool(stated), f"{row.usual!r} has no clear daily dose in {row.dose_unit}")
            row.require(all(usual <= most for usual, most in stated), "the usual dose is above the maximum")
            loud = any(usual * TENFOLD > most for usual, most in stated)
            row.require(loud, "ten times the usual dose is still within the maximum")
            row.require(row.critical_times > 1, "critical_times must be above 1")
            row.require(not row.basis or row.is_counted_in(row.usual), "its usual dose does not name its basis")

    def is_counted_in(self, text: str) -> bool:
        """True when the words of the basis follow an amount; one in parentheses repeats another amount."""
        words = "|".join(re.escape(word) for word in self.basis)
        amount = rf"(?<![(\d.])\d+(?:\.\d+)? ?mg (?:of )?(?:{words})\b"
        concentrate = rf"(?<!\w)(?:{words})(?!\w)" if self.dose_unit == "unit" else amount
        return bool(self.basis) and re.search(f"{amount}|{concentrate}", text, re.IGNORECASE) is not None

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)}: maximum dose"
