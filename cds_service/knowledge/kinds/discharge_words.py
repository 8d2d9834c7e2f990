"""`discharge_words.csv`: what a patient is told of a medicine at discharge, in plain words, as its label says it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import cited
from cds_service.knowledge.rows import AllRows, Cited, Context, kind
from cds_service.terminology.routes import ROUTES
from cds_service.terminology.vocabulary import Drug

_LONGEST = 160  # characters of a sentence


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeWords(Cited):
    """`lay`: what kind of medicine it is ("blood thinner"). `watch`: what to look out for, `help`: when to get help;
    each a whole sentence. `routes`: for these alone; none means any but local ones."""

    table: ClassVar[str] = "discharge_words.csv"
    noun: ClassVar[str] = "discharge words"
    drug: str
    routes: frozenset[str]
    lay: str
    watch: tuple[str, ...]
    help: tuple[str, ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **cited(cells),
            drug=context.names.key(cells, cells.required("drug")),
            routes=cells.choices("routes", ROUTES),
            lay=cells.required("lay"),
            watch=cells.items("watch"),
            help=cells.items("help"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(bool(row.watch), "watch is empty")
            sentences = (*row.watch, *row.help)
            row.require(all(one.endswith(".") for one in sentences), "a sentence of watch or help has no full stop")
            row.require(all(len(one) <= _LONGEST for one in sentences), f"a sentence is over {_LONGEST} characters")

    @property
    def told(self) -> str:
        """A digest of all that a patient is told: another sentence, route or medicine is another digest."""
        said = (self.drug, *sorted(self.routes), self.lay, *self.watch, "", *self.help)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.drug,)

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.drug)}: what a patient is told at discharge"


def discharge_words_of(knowledge: AllRows, drug: Drug) -> tuple[DischargeWords, ...]:
    """The rows of an ingredient: its own, or else those of its classes."""
    rows = knowledge.for_drug(DischargeWords, drug)
    return tuple(row for row in rows if row.drug == drug.rxcui) or rows
