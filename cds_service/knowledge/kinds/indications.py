"""`treated.csv`: problems by the names that problem lists give them; `indications.csv`: which of them a drug treats.

They answer one question, which problem an order is most likely for, and never the reverse: a problem is not inferred
from a drug. A row of a drug by its own name stands in place of the rows of its classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import cited, codes
from cds_service.knowledge.rows import AllRows, Cited, Context, Row, kind
from cds_service.terminology.routes import ROUTES
from cds_service.terminology.vocabulary import Drug

Basis = Literal["label", "off-label"]
BASES: tuple[Basis, ...] = ("label", "off-label")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedProblem(Row):
    """`words` are whole names; a name in `closed` means this problem and none that its parts would mean.

    `related`: names of what is not the problem but stands beside it, a cause, a consequence or a neighbour that the
    same drugs are given for ("cirrhosis" beside ascites): they point to it, and less.
    `routes`: the routes by which it is treated, where it is treated at one place; none listed means any.
    `codes`: (system URI, code or prefix with `*`).
    """

    table: ClassVar[str] = "treated.csv"
    key: ClassVar[tuple[str, ...]] = ("key",)
    id: str
    label: str
    words: tuple[str, ...]
    related: tuple[str, ...]
    closed: frozenset[str]
    routes: frozenset[str]
    codes: frozenset[tuple[str, str]]
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            place=cells.place,
            id=cells.required("key"),
            label=cells.required("label"),
            words=cells.items("words"),
            related=cells.items("related"),
            closed=frozenset(cells.items("closed")),
            routes=cells.choices("routes", ROUTES) if "routes" in cells.values else frozenset(),
            codes=frozenset(codes(cells)),
            source=cells.required("source"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
            row.require(row.closed <= {*row.words, *row.related}, "a closed name is none of its words")
            row.require(not set(row.words) & set(row.related), "a name cannot be both the problem's and beside it")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Indication(Cited):
    """What `drug` is given for: `problems` are keys of treated.csv, `basis` whether a label says so."""

    table: ClassVar[str] = "indications.csv"
    noun: ClassVar[str] = "indications"
    gated: ClassVar[bool] = False  # they offer a choice and raise no concern
    drug: str
    basis: Basis
    problems: tuple[str, ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        known = context.keys(TreatedProblem.table)
        problems = cells.items("problems")
        unknown = sorted(set(problems) - known)
        if unknown or not problems:
            raise cells.wrong(f"problems {unknown} are not in {TreatedProblem.table}")
        return cls(
            **cited(cells),
            drug=context.names.key(cells, cells.required("drug")),
            basis=cells.choice("use", BASES),
            problems=problems,
        )

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.drug,)

    def title(self, knowledge: AllRows) -> str:
        return f"What {knowledge.names.label(self.drug)} is given for"


def indications_of(knowledge: AllRows, drug: Drug) -> tuple[Indication, ...]:
    """The rows of an ingredient: its own, or else those of its classes."""
    rows = knowledge.for_drug(Indication, drug)
    return tuple(row for row in rows if row.drug == drug.rxcui) or rows
