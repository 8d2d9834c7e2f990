"""`care_sets.csv`: value sets by which a checklist knows what was done: observations, immunizations, procedures.

Laboratory tests of monitors.csv need no row here: `test:KEY` names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.conditions import codes_in
from cds_service.knowledge.rows import AllRows, Context, Row, kind
from cds_service.terminology.conditions import Code
from cds_service.terminology.observables import OBSERVED_UNDER
from cds_service.terminology.systems import CVX, LOINC

DoneKind = Literal["observation", "immunization", "procedure"]
DONE_KINDS: tuple[DoneKind, ...] = ("observation", "immunization", "procedure")
_SYSTEMS = {"observation": LOINC, "immunization": CVX}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CareSet(Row):
    """`label` stands in sentences. `codes` as (system URI, code): LOINC of an observation, CVX of an immunization, any
    system that we know of a procedure. `names` are whole names as charts write them, for entries without such a code.
    `under`: where an observation stands; screenings are surveys and social history."""

    table: ClassVar[str] = "care_sets.csv"
    key: ClassVar[tuple[str, ...]] = ("key",)
    noun: ClassVar[str] = "value sets of things done"
    id: str
    kind: DoneKind
    label: str
    codes: frozenset[Code]
    names: frozenset[str]
    under: tuple[str, ...]
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        cells.choices("under", OBSERVED_UNDER)
        return cls(
            place=cells.place,
            id=cells.required("key"),
            kind=cells.choice("kind", DONE_KINDS),
            label=cells.required("label"),
            codes=codes_in(cells, "codes"),
            names=frozenset(" ".join(name.lower().split()) for name in cells.items("names")),
            under=cells.items("under"),
            source=cells.required("source"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
            row.require(bool(row.codes), "codes is empty")
            row.require(bool(row.under) == (row.kind == "observation"), "under is for observations, which need it")
            system = _SYSTEMS.get(row.kind)
            row.require(not system or {one for one, _ in row.codes} == {system}, f"a code is not of {system}")
