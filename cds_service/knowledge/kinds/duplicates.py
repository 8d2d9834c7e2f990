"""`duplicate_rows.csv`: classes of which a patient needs one drug at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.kinds.together import CIRCUMSTANCES
from cds_service.knowledge.names import CLASS
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.vocabulary import Drug


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRow(Graded):
    """Two members of `drug_class` together; `exceptions` are pairs of ingredients that belong together.

    `unless`: circumstances, as in `together.csv`, in which two members are no duplicate.
    """

    table: ClassVar[str] = "duplicate_rows.csv"
    noun: ClassVar[str] = "duplicate classes"
    topic: ClassVar[str] = "duplicate-therapy"
    drug_class: str
    exceptions: frozenset[frozenset[str]]
    unless: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        drug_class = cells.required("class").removeprefix(CLASS)
        context.names.key(cells, CLASS + drug_class)
        pairs = (
            frozenset(context.names.key(cells, name.strip()) for name in pair.split("+"))
            for pair in cells.items("exceptions")
        )
        unless = cells.choices("unless", CIRCUMSTANCES, optional=True)
        return cls(**graded(cells), drug_class=drug_class, exceptions=frozenset(pairs), unless=unless)

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (CLASS + self.drug_class,)

    def title(self, knowledge: AllRows) -> str:
        return f"Two drugs of the class {knowledge.names.class_labels[self.drug_class]}"


def duplicate_rows_for(knowledge: AllRows, one: Drug, other: Drug) -> tuple[DuplicateRow, ...]:
    """Rows of a class that both drugs belong to, unless the pair belongs together."""
    return knowledge.remembered(_between)((one.rxcui, other.rxcui))  # the same pairs meet in many charts


def _between(knowledge: AllRows, pair: tuple[str, str]) -> tuple[DuplicateRow, ...]:
    names, (one, other) = knowledge.names, pair
    theirs = names.classes.get(other, frozenset())
    rows = knowledge.for_drug(DuplicateRow, names.drugs[one])
    return tuple(row for row in rows if row.drug_class in theirs and frozenset(pair) not in row.exceptions)
