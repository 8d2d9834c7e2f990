"""Limits that hold for some patients, uses or days only, and what is said of an order that lasts too long."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Medication
from cds_service.checks.matching.targets import by_route
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact
from cds_service.findings import Finding
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


def too_long(order: Medication, drug: Drug, row: PatientLimit) -> Finding:
    """The finding about an order that states more days than its label allows."""
    days = order.sig.duration_days or 0
    why = f"; {row.summary}" if row.summary else ""
    return finding_of(
        row,
        order,
        topic="dose-limit",
        concepts=(drug.rxcui,),
        summary=f"{drug.name} for {days:g} days: longer than the {row.max_days} days of its label{why}",
        facts=(
            Fact("Ordered duration", f"{days:g} days", order.origin),
            Fact("Longest of the label", f"{row.max_days} days", order.origin),
        ),
        proposals=(stop(order),),
    )
