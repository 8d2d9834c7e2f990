"""`hepatic.csv`: drugs in liver disease, by Child-Pugh class, by a condition, or by a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import conditions_title, patient_columns
from cds_service.knowledge.rows import AllRows, Context, kind
from cds_service.terminology.observables import OBSERVABLES

CLASSES = ("A", "B", "C")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class HepaticRow(DrugRow):
    """Speaks in one of the Child-Pugh `classes`, in one of the `conditions`, or when `observable` is above `above`."""

    table: ClassVar[str] = "hepatic.csv"
    noun: ClassVar[str] = "hepatic rows"
    classes: frozenset[str]
    conditions: tuple[str, ...]
    unless: tuple[str, ...]
    observable: str
    above: float | None
    max_age_days: int

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **drug_columns(cells, context),
            **patient_columns(cells, context),
            classes=cells.choices("child_pugh", CLASSES),
            observable=cells.text("observable"),
            above=cells.number("above"),
            max_age_days=cells.whole("max_age_days") or 90,
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(bool(row.classes or row.conditions or row.observable), "it says not when it speaks")
            row.require(bool(row.observable) == (row.above is not None), "observable and above belong together")
            if row.observable and row.above is not None:
                known = OBSERVABLES.get(row.observable)
                row.require(known is not None and known.low < row.above < known.high, "the gate is not plausible")

    def title(self, knowledge: AllRows) -> str:
        when = [f"Child-Pugh class {' or '.join(sorted(self.classes))}"] if self.classes else []
        when += [conditions_title(knowledge, self.conditions)] if self.conditions else []
        when += [f"{OBSERVABLES[self.observable].label} above {self.above:g}"] if self.observable else []
        return f"{self.drugs_title(knowledge)} in {', '.join(when)}"
