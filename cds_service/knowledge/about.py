"""What rows about a drug and a patient share: which drugs and routes, which dose, which use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import GradedColumns, graded
from cds_service.knowledge.rows import AllRows, Context, Graded
from cds_service.terminology.lexicon import split_words
from cds_service.terminology.routes import ROUTES
from cds_service.terminology.vocabulary import Drug


class DrugColumns(GradedColumns):
    """What `DrugRow` takes, read and checked."""

    drugs: tuple[str, ...]
    spared: frozenset[str]
    routes: frozenset[str]
    max_daily_dose: float | None
    dose_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugRow(Graded):
    """A row about any of `drugs` (ingredients and classes), except `spared` ones, by these routes (empty: not local).

    With a maximum it is quiet about an order whose daily dose is known and at most that.
    """

    drugs: tuple[str, ...]
    spared: frozenset[str]
    routes: frozenset[str]
    max_daily_dose: float | None
    dose_unit: str

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return self.drugs

    def speaks_of(self, drug: Drug) -> bool:
        return drug.rxcui not in self.spared

    def drugs_title(self, knowledge: AllRows) -> str:
        names = [knowledge.names.label(key) for key in self.drugs]
        return ", ".join(names[:6]) + (" and others" if len(names) > 6 else "")


def drug_columns(cells: Cells, context: Context) -> DrugColumns:
    """The columns id, drugs, except, routes, max_daily_dose and dose_unit, and those of every graded row."""
    row: DrugColumns = {
        **graded(cells),
        "drugs": tuple(context.names.key(cells, name) for name in cells.items("drugs")),
        "spared": frozenset(context.names.key(cells, name) for name in cells.items("except")),
        "routes": cells.choices("routes", ROUTES),
        "max_daily_dose": cells.number("max_daily_dose", optional=True),
        "dose_unit": cells.text("dose_unit", optional=True),
    }
    if not row["drugs"]:
        raise cells.wrong("drugs is empty")
    amounts = (column for column in ("max_daily_dose", "max_single", "daily") if cells.text(column, optional=True))
    if any(amounts) != bool(row["dose_unit"]):
        raise cells.wrong("an amount and dose_unit belong together")
    return row


def uses_in(cells: Cells, column: str) -> tuple[str, ...]:
    """The uses of a column as whole words, as `states_one` compares them; a table without the column names none."""
    return tuple(_plain(use) for use in cells.items(column, optional=True))


def states_one(uses: Iterable[str], stated: Iterable[str]) -> bool:
    """True where one of an order's stated reasons has one of `uses` among its words; a bare code has no words."""
    texts = [f" {_plain(text)} " for text in stated if "#" not in text]
    return any(f" {use} " in text for text in texts for use in uses)


def _plain(text: str) -> str:
    return " ".join(word.text for word in split_words(text))
