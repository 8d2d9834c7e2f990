"""`together.csv`: one drug in two orders that belong together: extended release with a dose for relief, for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import cited
from cds_service.knowledge.rows import AllRows, Cited, Context, kind

CIRCUMSTANCES = ("always", "release", "routes", "relief", "device")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Cited):
    """Two orders of one of `drugs` are no duplicate in any of these `circumstances`.

    always; release: one is extended release and the other is not; routes: they are given in different ways; relief: one
    of the two is taken only as needed; device: one is nebulized and the other is not.
    """

    table: ClassVar[str] = "together.csv"
    noun: ClassVar[str] = "pairs that belong together"
    gated: ClassVar[bool] = False
    drugs: tuple[str, ...]
    circumstances: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        circumstances = cells.choices("circumstances", CIRCUMSTANCES)
        if not circumstances:
            raise cells.wrong("circumstances is empty")
        drugs = tuple(context.names.key(cells, name) for name in cells.items("drugs"))
        return cls(**cited(cells), drugs=drugs, circumstances=circumstances)

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return self.drugs

    def title(self, knowledge: AllRows) -> str:
        return f"Two orders of {', '.join(knowledge.names.label(key) for key in self.drugs[:6])} that belong together"
