"""`monitors.csv`: the laboratory tests that rows ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.errors import KnowledgeError
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, Row, kind


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(Row):
    """`label` stands in sentences, `display` is LOINC's own name of the code.

    `codes` are all LOINC codes under which the test counts as ordered or done: its own, its variants and its panels.
    """

    table: ClassVar[str] = "monitors.csv"
    key: ClassVar[tuple[str, ...]] = ("key",)
    id: str
    label: str
    loinc: str
    display: str
    codes: frozenset[str]
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        label, loinc, display, source = (cells.required(name) for name in ("label", "loinc", "display", "source"))
        codes = frozenset((loinc, *cells.items("also")))
        return cls(
            place=cells.place,
            id=cells.required("key"),
            label=label,
            loinc=loinc,
            display=display,
            codes=codes,
            source=source,
        )


def monitoring(cells: Cells, column: str = "monitor") -> tuple[tuple[str, int], ...]:
    """A column of another table that asks for tests: `KEY@DAYS`, joined by `|`."""
    return tuple(_monitoring(cells, column, item) for item in cells.items(column))


def require_monitors(knowledge: AllRows, wanted: Iterable[tuple[str, int]], place: str) -> None:
    """KnowledgeError unless every test that a row asks for is in monitors.csv."""
    unknown = [key for key, _ in wanted if key not in knowledge.keyed(Monitor)]
    if unknown:
        raise KnowledgeError(f"{place}: monitor {', '.join(unknown)} is not in our tables")


def _monitoring(cells: Cells, column: str, item: str) -> tuple[str, int]:
    key, _, days = item.partition("@")
    if not days.isdigit():
        raise cells.wrong(f"{column} is {item!r}; it is KEY@DAYS")
    return key, int(days)
