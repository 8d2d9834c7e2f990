"""`pregnancy.csv`: drugs in pregnancy, in words and with the weeks, the use and the dose that matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns, states_one, uses_in
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, kind

LAST_WEEK = 44


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyRow(DrugRow):
    """Speaks from `from_week` to before `below_week` of gestation; None is open.

    `exclude_first`: so strong a teratogen that pregnancy has to be excluded before it is started.
    `uses` and `unless_uses`: it speaks only where the order states one of these uses, or none of those, in these words.
    `daily`: the daily dose in `dose_unit`, from and to, that a row is about, which has to be known; None is any.
    `beside`: RxCUIs and `class:KEY`s of which the same order has one, as a combination has; empty is any order.
    """

    table: ClassVar[str] = "pregnancy.csv"
    noun: ClassVar[str] = "pregnancy rows"
    from_week: int | None
    below_week: int | None
    exclude_first: bool
    uses: tuple[str, ...]
    unless_uses: tuple[str, ...]
    daily: tuple[float, float] | None
    beside: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **drug_columns(cells, context),
            from_week=cells.whole("from_week"),
            below_week=cells.whole("below_week"),
            exclude_first=bool(cells.choices("exclude_first", ("yes",))),
            uses=uses_in(cells, "uses"),
            unless_uses=uses_in(cells, "unless_uses"),
            daily=_daily(cells),
            beside=frozenset(context.names.key(cells, name) for name in cells.items("beside", optional=True)),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            low, high = row.from_week or 0, row.below_week or LAST_WEEK
            row.require(low < high <= LAST_WEEK, "the weeks are none of a pregnancy")

    @property
    def always(self) -> bool:
        return self.from_week is None and self.below_week is None

    def covers(self, week: int) -> bool:
        return (self.from_week or 0) <= week < (self.below_week or LAST_WEEK + 1)

    def is_for(self, stated: frozenset[str]) -> bool:
        """Whether it speaks of an order that states these uses."""
        return (not self.uses or states_one(self.uses, stated)) and not states_one(self.unless_uses, stated)

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)} in pregnancy"


def _daily(cells: Cells) -> tuple[float, float] | None:
    """`400-800` in the row's dose_unit."""
    value = cells.text("daily", optional=True)
    if not value:
        return None
    try:
        low, high = map(float, value.split("-"))
    except ValueError:
        raise cells.wrong(f"daily is {value!r}; it is FROM-TO in dose_unit") from None
    if not low < high:
        raise cells.wrong(f"daily is {value!r}: the range is empty")
    return low, high
