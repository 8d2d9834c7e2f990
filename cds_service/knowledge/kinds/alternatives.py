"""`alternatives.csv` and `uses.csv`: what a source gives in place of a drug, for a use that the order states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import cited, codes
from cds_service.knowledge.doses import daily_milligrams
from cds_service.knowledge.rows import AllRows, Cited, Context, Graded, Row, kind
from cds_service.terminology.lexicon import split_words
from cds_service.terminology.vocabulary import Drug


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Row):
    """What a drug is given for: whole words of its names, and codes as `SYSTEM-URI#CODE`."""

    table: ClassVar[str] = "uses.csv"
    key: ClassVar[tuple[str, ...]] = ("use",)
    id: str
    label: str
    words: tuple[str, ...]
    codes: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        words = tuple(" ".join(word.text for word in split_words(name)) for name in cells.items("words"))
        known = frozenset(f"{system}#{value}" for system, value in codes(cells))
        return cls(place=cells.place, id=cells.required("use"), label=cells.required("label"), words=words, codes=known)

    def is_stated_in(self, stated: frozenset[str]) -> bool:
        """True when one of an order's stated reasons has a code of this use, or one of its names as whole words."""
        texts = (f" {' '.join(word.text for word in split_words(text))} " for text in stated if "#" not in text)
        return bool(stated & self.codes) or any(f" {word} " in text for text in texts for word in self.words)


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative(Cited):
    """What a source gives in place of `instead_of` for a stated use, with its own dose."""

    table: ClassVar[str] = "alternatives.csv"
    noun: ClassVar[str] = "alternatives"
    instead_of: str
    use: str
    drug: str
    order_text: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **cited(cells),
            instead_of=context.names.key(cells, cells.required("instead_of")),
            use=cells.required("use"),
            drug=context.names.key(cells, cells.required("alternative")),
            order_text=cells.required("order_text"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.use in knowledge.keyed(Use), f"use {row.use} is not in our tables")
            daily_milligrams(row, row.order_text, row.drug, knowledge.vocabulary)

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.instead_of,)

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.drug)} in place of {knowledge.names.label(self.instead_of)}"


def alternatives_for(knowledge: AllRows, row: Graded, ordered: Drug, stated: frozenset[str]) -> Iterator[Alternative]:
    """Alternatives that the row names in place of the ordered drug, for a use that the order states."""
    for alternative in knowledge.for_drug(Alternative, ordered):
        if alternative.id in row.alternatives and knowledge.keyed(Use)[alternative.use].is_stated_in(stated):
            yield alternative
