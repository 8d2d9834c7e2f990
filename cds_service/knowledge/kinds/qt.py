"""`qt_drugs.csv` and `qt_factors.csv`: drugs that prolong the QT interval, and what in the patient makes that worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.kinds.conditions import conditions_title, patient_columns
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.observables import OBSERVABLES

Risk = Literal["known", "possible", "conditional"]
Side = Literal["above", "below"]
RISKS: tuple[Risk, ...] = ("known", "possible", "conditional")
SIDES: tuple[Side, ...] = ("above", "below")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class QtDrug(DrugRow):
    """`known`: the label boxes or contraindicates for it, or warns of torsade de pointes at usual doses.

    `possible`: it warns of prolongation or reports cases; `conditional`: at high doses or levels, or with other risks.
    Its grade is not used: a QT drug alone is no finding.
    """

    table: ClassVar[str] = "qt_drugs.csv"
    noun: ClassVar[str] = "QT drugs"
    topic: ClassVar[str] = "qt-prolongation"
    risk: Risk

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(**drug_columns(cells, context), risk=cells.choice("risk", RISKS))

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)} and the QT interval"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class QtFactor(Graded):
    """Makes a QT drug of one of `risks` a finding: a result beyond `limit` in `unit`, or a condition."""

    table: ClassVar[str] = "qt_factors.csv"
    noun: ClassVar[str] = "QT factors"
    risks: frozenset[str]
    observable: str
    side: Side
    limit: float | None
    max_age_days: int
    conditions: tuple[str, ...]
    unless: tuple[str, ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **graded(cells),
            **patient_columns(cells, context),
            risks=cells.choices("risks", RISKS),
            observable=cells.text("observable"),
            side=cells.choice("side", SIDES) if cells.text("side") else "above",
            limit=cells.number("limit"),
            max_age_days=cells.whole("max_age_days") or 90,
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(bool(row.risks), "risks is empty")
            row.require(bool(row.observable) != bool(row.conditions), "it is either a result or a condition")
            if row.observable:
                known = OBSERVABLES.get(row.observable)
                inside = known is not None and row.limit is not None and known.low < row.limit < known.high
                row.require(inside, "the limit is not plausible")

    def holds(self, value: float) -> bool:
        limit = self.limit or 0.0
        return value >= limit if self.side == "above" else value < limit

    def title(self, knowledge: AllRows) -> str:
        if self.conditions:
            return f"A QT drug in {conditions_title(knowledge, self.conditions)}"
        observable = OBSERVABLES[self.observable]
        return f"A QT drug with {observable.label} {self.side} {self.limit:g} {observable.unit}"
