"""What checks may propose, each as an intent: never a resource, never a dose without its own source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.chart import Chart, Medication
from cds_service.findings import Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.alternatives import alternatives_for
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.knowledge.rows import Graded
from cds_service.terminology.counting import counted, listed
from cds_service.terminology.vocabulary import Drug


def stop(order: Medication, *, recommended: bool = False) -> Proposal:
    """Cancel the draft. A draft has not begun, so that nothing is stopped abruptly."""
    return Proposal("stop", order.ref, "Cancel this order", recommended=recommended)


def replacements(knowledge: Knowledge, row: Graded, order: Medication, ordered: Drug) -> Iterator[Proposal]:
    """What the row names in place of the ordered drug for the use that the order states; none when it states none."""
    for alternative in alternatives_for(knowledge, row, ordered, order.uses):
        drug = knowledge.names.drugs[alternative.drug]
        content = {"order_text": alternative.order_text, "rxcui": drug.rxcui, "name": drug.name}
        label = f"Order {alternative.order_text} instead"
        yield Proposal("replace", order.ref, label, content, (alternative.id,), recommended=True)


def change_to(order_text: str, row: Graded, order: Medication, ordered: Drug) -> Proposal:
    """The dose that the row itself gives, in place of the ordered one."""
    content = {"order_text": order_text, "rxcui": ordered.rxcui, "name": ordered.name}
    return Proposal("adjust", order.ref, f"Change the order to {order_text}", content, (row.id,), recommended=True)


def monitoring(chart: Chart, knowledge: Knowledge, row: Interaction, order: Medication) -> Proposal | None:
    """The laboratory orders that an interaction asks for and that are not among the drafts yet, as one proposal."""
    return laboratory_orders(chart, knowledge, row.monitor, row, order)


def laboratory_orders(
    chart: Chart, knowledge: Knowledge, wanted: Iterable[tuple[str, int]], row: Graded, order: Medication
) -> Proposal | None:
    """The tests (key of monitors.csv, due in days) that are not among the drafts yet, as one proposal."""
    monitors = [(knowledge.keyed(Monitor)[key], days) for key, days in wanted]
    lacking = [(monitor, days) for monitor, days in monitors if monitor.codes.isdisjoint(chart.planned_codes)]
    if not lacking:
        return None
    tests = [
        {"code": monitor.loinc, "display": monitor.display, "text": monitor.label, "within_days": days}
        for monitor, days in lacking
    ]
    return Proposal("monitor", order.ref, f"Order {_together(lacking)}", {"tests": tests}, (row.id,))


def _together(tests: Iterable[tuple[Monitor, int]]) -> str:
    """ "sodium, potassium and creatinine in 28 days": tests of one day are named together."""
    by_day: dict[int, list[str]] = {}
    for monitor, days in tests:
        by_day.setdefault(days, []).append(monitor.label)
    return ", and ".join(f"{listed(names)} {_due(days)}" for days, names in by_day.items())


def _due(days: int) -> str:
    return "now" if days == 0 else f"in {counted(days, 'day')}"
