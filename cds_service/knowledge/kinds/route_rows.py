"""`route_rows.csv`: ways of giving a drug that its label forbids, by the words in which an order states them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow(DrugRow):
    """Speaks when the order holds one of `words`, and one of `product` where the row names products."""

    table: ClassVar[str] = "route_rows.csv"
    noun: ClassVar[str] = "route rows"
    words: re.Pattern[str]
    product: re.Pattern[str] | None

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        words = cells.items("words")
        if not words:
            raise cells.wrong("words is empty")
        product = cells.items("product")
        return cls(**drug_columns(cells, context), words=_any_of(words), product=_any_of(product) if product else None)

    def stated_in(self, text: str) -> str | None:
        """The words of the order that name the forbidden way; None when it does not."""
        found = self.words.search(text)
        return found[0] if found and (self.product is None or self.product.search(text)) else None

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)}: how it must not be given"


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(word) for word in words)})(?![\w-])", re.IGNORECASE)
