"""`coverage.csv`: ingredients whose sources were gone through for a topic, where no row can say what was found.

`none-needed`: the source says that nothing has to be done, or has no concern of the kind. `no-guidance`: it was read
and gives no advice where one might have been wanted; `note` is said at order time, so that a label which is silent
about kidney function never looks like one that needs no change of dose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, Row, kind

State = Literal["none-needed", "no-guidance"]
STATES: tuple[State, ...] = ("none-needed", "no-guidance")
LONGEST_NOTE = 90  # of `no-guidance`, whose note stands in answers after the drug's name


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell(Row):
    """What rows cannot say of themselves: somebody looked, and there was nothing for a row to say."""

    table: ClassVar[str] = "coverage.csv"
    key: ClassVar[tuple[str, ...]] = ("drug", "topic")
    drug: str
    of_topic: str
    state: State
    sources: tuple[str, ...]
    locator: str
    note: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            place=cells.place,
            drug=context.names.key(cells, cells.required("drug")),
            of_topic=cells.choice("topic", context.topics),
            state=cells.choice("state", STATES),
            sources=cells.items("sources"),
            locator=cells.text("locator"),
            note=cells.text("note"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for cell in knowledge.all(cls):
            known = bool(cell.sources) and set(cell.sources) <= knowledge.sources.keys()
            cell.require(known, "its sources are not in sources.yaml")
            if cell.state == "no-guidance":
                cell.require(bool(cell.locator), "its locator says where advice was looked for")
                cell.require(0 < len(cell.note) <= LONGEST_NOTE, f"its note is said: 1 to {LONGEST_NOTE} characters")
            drug = knowledge.names.drugs[cell.drug]
            has_rows = knowledge.has_rows(drug, cell.of_topic)
            cell.require(not has_rows, f"{drug.name} has {cell.of_topic} rows after all")
