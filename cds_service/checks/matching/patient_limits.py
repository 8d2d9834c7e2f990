"""Limits that hold for some patients, uses or days only."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Medication
from cds_service.checks.matching.targets import by_route
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.patient_limits import PatientLimit
from cds_service.terminology.vocabulary import Drug


def patient_limits(knowledge: Knowledge, drug: Drug, order: Medication) -> Iterator[PatientLimit]:
    """The rows about this drug by this route, for any use or for one that the order states, at whatever age."""
    for row in knowledge.for_drug(PatientLimit, drug):
        if row.speaks_of(drug) and by_route(row, order) and row.is_for(order.uses):
            yield row


def lasts_too_long(order: Medication, row: PatientLimit) -> bool:
    """True where the order states more days than the row allows."""
    return row.max_days is not None and (order.sig.duration_days or 0) > row.max_days
