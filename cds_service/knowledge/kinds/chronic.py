"""`chronic.csv`: long-standing conditions that a note may name and a problem list should hold.

`words` are whole names as notes write them. `coding` is the code that a suggestion carries (none: words alone); `codes`
are those of a problem list that mean the same, or something that says as much. Rows of one `family` cover each other:
a list that holds type 2 diabetes holds diabetes. `only_past` rows are events, offered as history alone. The row `-` has
names that only look like a condition.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import codes_in
from cds_service.knowledge.rows import AllRows, Context, Row, kind
from cds_service.terminology.conditions import Code
from cds_service.terminology.lexicon import Entry, Lexicon
from cds_service.terminology.systems import ICD10, ICD10CM, code


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicCondition(Row):
    """`coding` as (system URI, code)."""

    table: ClassVar[str] = "chronic.csv"
    key: ClassVar[tuple[str, ...]] = ("key",)
    id: str
    label: str
    family: str
    words: tuple[str, ...]
    coding: Code | None
    codes: frozenset[Code]
    only_past: bool
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        coding = cells.text("coding")
        try:
            coded = code(coding) if coding else None
        except ValueError as error:
            raise cells.wrong(str(error)) from None
        return cls(
            place=cells.place,
            id=cells.required("key"),
            label=cells.required("label"),
            family=cells.text("family") or cells.required("key"),
            words=cells.items("words"),
            coding=coded,
            codes=codes_in(cells, "codes"),
            only_past=cells.flag("only_past"),
            source=cells.required("source"),
        )

    def has(self, system: str, value: str) -> bool:
        """True when a problem of this code is this condition; codes of ICD-10-CM are compared without their point."""
        bare = value.replace(".", "").upper() if system in (ICD10, ICD10CM) else value
        known = {ICD10CM if system == ICD10 else system}
        return any(
            of in known and (bare.startswith(one[:-1]) if one.endswith("*") else bare == one) for of, one in self.codes
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
            row.require(bool(row.words), "it has no words")


def chronic_names(rows: tuple[ChronicCondition, ...]) -> Lexicon:
    """Names -> keys of rows; a name that two rows have stands for both."""
    words: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for name in row.words:
            words[name][row.id] = None
    return Lexicon(Entry(name, tuple(keys)) for name, keys in words.items())
