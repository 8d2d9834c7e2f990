"""`passing.csv`: treated problems that are over within weeks, and so is what treats them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.indications import TreatedProblem, indications_of
from cds_service.knowledge.rows import AllRows, Context, Row, kind
from cds_service.terminology.vocabulary import Drug


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class PassingProblem(Row):
    """A key of treated.csv. The drugs of `lasting` are taken on for it all the same."""

    table: ClassVar[str] = "passing.csv"
    key: ClassVar[tuple[str, ...]] = ("problem",)
    id: str
    lasting: frozenset[str]
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        problem = cells.required("problem")
        if problem not in context.keys(TreatedProblem.table):
            raise cells.wrong(f"problem {problem!r} is not in {TreatedProblem.table}")
        lasting = frozenset(context.names.key(cells, name) for name in cells.items("lasting"))
        return cls(place=cells.place, id=problem, lasting=lasting, source=cells.required("source"))

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")


def is_short_course(knowledge: AllRows, drug: Drug) -> bool:
    """Whether all that a drug is labelled for passes within weeks: an antibiotic, a cough medicine. False where no
    label use is on record."""
    passing = knowledge.keyed(PassingProblem)
    keys = {key for row in indications_of(knowledge, drug) if row.basis == "label" for key in row.problems}
    return bool(keys) and all(key in passing and drug.rxcui not in passing[key].lasting for key in keys)
