"""`lab_gates.csv`: a drug that a laboratory result forbids, or that needs a result before it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import patient_columns
from cds_service.knowledge.kinds.monitors import monitoring, require_monitors
from cds_service.knowledge.rows import AllRows, Context, kind
from cds_service.terminology.observables import OBSERVABLES
from cds_service.terminology.stated_results import STATED
from cds_service.terminology.units import Quantity, UnitNotUnderstood

RISE, POSITIVE = "rise", "positive"
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
OPERATORS = (*COMPARISONS, RISE, POSITIVE)


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class LabGateRow(DrugRow):
    """Speaks when the newest `observable` of the last `max_age_days` days compares with `value` as `operator` says.

    `value` is in the observable's own unit, converted from the row's. `rise`: an acute rise of
    creatinine; `positive`: a result in words. `missing`: not to be given blind, so that the want of a result is said.
    `monitor` holds the tests that are offered with the finding, (key of monitors.csv, days).
    """

    table: ClassVar[str] = "lab_gates.csv"
    noun: ClassVar[str] = "laboratory gates"
    topic: ClassVar[str] = "lab-gated"
    conditions: tuple[str, ...]
    unless: tuple[str, ...]
    observable: str
    operator: str
    value: float
    max_age_days: int
    missing: bool
    monitor: tuple[tuple[str, int], ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        observable, operator = cells.required("observable"), cells.choice("operator", OPERATORS)
        return cls(
            **drug_columns(cells, context),
            **patient_columns(cells, context),
            observable=observable,
            operator=operator,
            value=_value(cells, observable) if operator in COMPARISONS else 0.0,
            max_age_days=cells.whole("max_age_days") or 365,
            missing=bool(cells.choices("missing", ("say",))),
            monitor=monitoring(cells),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            known = STATED if row.operator == POSITIVE else OBSERVABLES
            row.require(row.observable in known, f"observable {row.observable} is not known for {row.operator}")
            require_monitors(knowledge, row.monitor, row.place)

    @property
    def label(self) -> str:
        return STATED[self.observable] if self.operator == POSITIVE else OBSERVABLES[self.observable].label

    def holds(self, value: float) -> bool:
        return COMPARISONS[self.operator](value, self.value)

    def title(self, knowledge: AllRows) -> str:
        if self.operator in COMPARISONS:
            gate = f"{self.label} {self.operator} {self.value:g} {OBSERVABLES[self.observable].unit}"
        else:
            gate = f"{self.label} {'rising' if self.operator == RISE else 'positive'}"
        return f"{self.drugs_title(knowledge)} with {gate}"


def _value(cells: Cells, observable: str) -> float:
    """The gate in the observable's own unit; one outside of what is plausible is a mistake in the unit."""
    value, known = cells.number("value"), OBSERVABLES.get(observable)
    if value is None or known is None:
        raise cells.wrong("observable and value are needed")
    try:
        return known.read(Quantity(value, cells.required("unit")))
    except (UnitNotUnderstood, ValueError) as error:
        raise cells.wrong(str(error)) from None
