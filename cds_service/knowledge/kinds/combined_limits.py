"""`combined_limits.csv`: the most of one part of a tablet that holds two drugs, and the strengths that are made.

Parts do not grow together: two tablets of amoxicillin-clavulanate 500/125 hold twice the clavulanate of one 875/125.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, kind
from cds_service.terminology.paired_strength import PairedStrength


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedLimit(DrugRow):
    """`drugs` are the two in the order of `made`; `part` is the limited one. Maxima are in `dose_unit` of that part.

    `usual` is an order of a usual dose, from which the row is proved: silent at that, loud at ten times as many.
    """

    table: ClassVar[str] = "combined_limits.csv"
    noun: ClassVar[str] = "limits of combinations"
    topic: ClassVar[str] = "dose-limit"
    part: str
    made: tuple[PairedStrength, ...]
    max_single: float | None
    usual: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        try:
            made = tuple(PairedStrength.of(item) for item in cells.items("made"))
        except ValueError as error:
            raise cells.wrong(str(error)) from None
        return cls(
            **drug_columns(cells, context),
            part=context.names.key(cells, cells.required("part")),
            made=made,
            max_single=cells.number("max_single"),
            usual=cells.required("usual"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(len(row.drugs) == 2 and row.part in row.drugs, "it is about two drugs, and part is one of them")
            row.require(bool(row.made), "made is empty")
            row.require(bool(row.max_single and row.max_daily_dose), "max_single and max_daily_dose are needed")
            naming = knowledge.vocabulary.named_in(row.usual)
            named = naming is not None and {drug.rxcui for drug in naming.drugs} == set(row.drugs)
            row.require(named, f"{row.usual!r} does not name the two drugs")

    def of_part(self, strength: PairedStrength) -> float:
        """The mg of the limited part in one tablet or measure of this strength."""
        return strength.parts[self.drugs.index(self.part)]

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.part)} in {' with '.join(map(knowledge.names.label, self.drugs))}"
