"""Which rows about a drug and a patient speak of an order: by ingredient and class, by route, by dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from cds_service.chart import Chart, Medication
from cds_service.findings import DISPLAYS, HARMS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.about import DrugRow
from cds_service.knowledge.rows import Graded
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

_R = TypeVar("_R", bound=DrugRow)
_G = TypeVar("_G", bound=Graded)
SEVERE = ("contraindicated", "major")


def targets(chart: Chart, knowledge: Knowledge, kind: type[_R]) -> Iterator[tuple[Medication, Drug, list[_R]]]:
    """Each order and drug in focus with the rows of a kind that speak of it; those without rows are left out."""
    for order in chart.orders:
        for drug in order.drugs:
            rows = [
                row
                for row in knowledge.for_drug(kind, drug)
                if row.speaks_of(drug) and by_route(row, order) and not dose_is_within(row, order)
            ]
            if rows:
                yield order, drug, rows


def by_route(row: DrugRow, order: Medication) -> bool:
    """A row without routes is about everything but local use; an order without a route may be by any."""
    if row.routes:
        return not order.routes or bool(order.routes & row.routes)
    return not order.routes or bool(order.routes - LOCAL_ROUTES)


def dose_is_within(row: DrugRow, order: Medication) -> bool:
    """True only when the order states a daily dose in a known unit, at most the row's maximum."""
    if row.max_daily_dose is None:
        return False
    daily = order.sig.daily(row.dose_unit)
    return daily is not None and float(daily.value) <= row.max_daily_dose


def worst(rows: Iterable[_G]) -> _G:
    """The row that is shown loudest; of those the one with the greatest harm."""
    return min(rows, key=lambda row: (DISPLAYS.index(row.display), HARMS.index(row.harm), row.id))


def is_severe(rows: Iterable[Graded]) -> bool:
    """True when what is missing could have given major harm or worse."""
    return any(row.harm in SEVERE for row in rows)
