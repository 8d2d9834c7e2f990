"""`companions.csv`: what an order calls for; `repeats.csv`: when a test is worth repeating."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.doses import require_name
from cds_service.knowledge.kinds.monitors import Monitor, monitoring, require_monitors
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.routes import ROUTES

Phase = Literal["any", "start", "ongoing"]
PHASES: tuple[Phase, ...] = ("any", "start", "ongoing")
SEXES = ("", "female", "male")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Companion(Graded):
    """What an order of `drug` calls for: `tests` as (key of monitors.csv, due in days), or another order.

    A test resulted in the last `done_within_days` counts as done; 0 asks for it whatever was resulted before. `phase`
    tells a drug that is begun from one that is already taken. The row speaks only for orders of at least `min_days`,
    with one of `with_drugs` and none of `unless_drugs` beside it, and for the ages [age_from, age_below).
    """

    table: ClassVar[str] = "companions.csv"
    noun: ClassVar[str] = "companion rows"
    drug: str
    routes: frozenset[str]
    phase: Phase
    tests: tuple[tuple[str, int], ...]
    done_within_days: int
    order_drug: str
    order_text: str
    min_days: int
    with_drugs: tuple[str, ...]
    unless_drugs: tuple[str, ...]
    age_from: int
    age_below: int
    sex: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        companion = cells.text("order_drug")
        return cls(
            **graded(cells),
            drug=context.names.key(cells, cells.required("drug")),
            routes=cells.choices("routes", ROUTES),
            phase=cells.choice("phase", PHASES),
            tests=monitoring(cells, "tests"),
            done_within_days=cells.whole("done_within_days") or 0,
            order_drug=context.names.key(cells, companion) if companion else "",
            order_text=cells.text("order_text"),
            min_days=cells.whole("min_days") or 0,
            with_drugs=tuple(context.names.key(cells, name) for name in cells.items("with")),
            unless_drugs=tuple(context.names.key(cells, name) for name in cells.items("unless")),
            age_from=cells.whole("age_from") or 0,
            age_below=cells.whole("age_below") or 1000,
            sex=next(iter(cells.choices("sex", SEXES)), ""),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            require_monitors(knowledge, row.tests, row.place)
            row.require(bool(row.tests) != bool(row.order_drug), "it asks for tests or for an order, one of the two")
            row.require(row.age_from < row.age_below, "its ages hold nobody")
            if row.order_drug:
                require_name(row, row.order_text, row.order_drug, knowledge.vocabulary)

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.drug,)

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.drug)}: what an order calls for"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Graded):
    """A test of monitors.csv that tells little new before `days` have passed."""

    table: ClassVar[str] = "repeats.csv"
    noun: ClassVar[str] = "repeat intervals"
    test: str
    days: int

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**graded(cells), test=cells.required("test"), days=cells.whole("days") or 0)

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            require_monitors(knowledge, [(row.test, row.days)], row.place)
            row.require(row.days > 0, "days is no interval")

    def title(self, knowledge: AllRows) -> str:
        return f"Repeating {knowledge.keyed(Monitor)[self.test].label}"
