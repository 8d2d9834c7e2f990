"""`release_limits.csv`: the most of a drug in one form of release, where immediate and extended release differ.

Such a row is asked after the general limit, for an order of that form, and is narrower. A text that says nothing of its
release counts as immediate: rows of that form show no more than an info, as the word may only be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.rows import AllRows, Context, kind

Form = Literal["immediate", "extended"]
FORMS: tuple[Form, ...] = ("immediate", "extended")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLimit(DoseLimit):
    """As DoseLimit, for one `form`."""

    table: ClassVar[str] = "release_limits.csv"
    noun: ClassVar[str] = "dose limits by release"
    form: Form

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        columns = cls.limit_columns(cells, context)
        return cls(**columns, form=cells.choice("form", FORMS))

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        super(ReleaseLimit, cls).check(knowledge)
        for row in knowledge.all(cls):
            quiet = row.form == "extended" or row.display in ("info", "off")
            row.require(quiet, "a limit of immediate release shows at most an info: the release may not be written")

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)}: maximum dose, {self.form} release"
