"""Laboratory results and vital signs that forbid a drug, or that must be known before it is given.

Rows: `lab_gates.csv`, by ingredient and class. A row speaks when the newest result that is not too old compares with
its limit as it says, when creatinine rises acutely, or when a test is positive in words. One finding for each order,
drug and kind of result: the loudest row speaks. A result that is missing, too old or unreadable is said only for rows
that must not be met blind and could give major harm. Total calcium that is low counts after correction for albumin
where albumin is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.latest import latest, unusable
from cds_service.chart.patient.physiology import creatinine_rise, problems_of
from cds_service.checks.matching.targets import is_severe, targets, worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.checks.stating.proposals import laboratory_orders
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.lab_gates import POSITIVE, RISE, LabGateRow
from cds_service.terminology.observables import OBSERVABLES
from cds_service.terminology.vocabulary import Drug
from cds_service.tools import CannotCompute
from cds_service.tools.corrected_calcium import corrected_calcium

TOPIC = "lab-gated"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a row finds in the chart: `holds` is None when there is no result to use, and `reason` says why.

    `words` say the result as the summary of a card has it.
    """

    holds: bool | None
    words: str = ""
    facts: tuple[Fact, ...] = ()
    reason: str = ""


@check(
    id="lab-gated",
    service="medication-safety",
    topic=TOPIC,
    hooks=("order-select", "order-sign"),
    needs=("labs", "vitals", "problems"),
)
def lab_gated(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the newest results with the limits that labels and guidelines set before a drug is given: potassium,
    sodium, calcium, blood counts, liver enzymes, INR, drug levels, heart rate, alleles."""
    for order, drug, rows in targets(chart, knowledge, LabGateRow):
        meant = [row for row in rows if _is_about(chart, row)]
        for observable in dict.fromkeys(row.observable for row in meant):
            about = [row for row in meant if row.observable == observable]
            yield from _judge(chart, knowledge, order, drug, about)


def _is_about(chart: Chart, row: LabGateRow) -> bool:
    listed = not row.conditions or bool(problems_of(chart, row.conditions))
    return listed and not problems_of(chart, row.unless)


def _judge(
    chart: Chart, knowledge: Knowledge, order: Medication, drug: Drug, rows: Sequence[LabGateRow]
) -> Iterator[Finding | NotAssessed]:
    seen = {row.id: _look(chart, row) for row in rows}
    speaking = [row for row in rows if seen[row.id].holds]
    if speaking:
        row = worst(speaking)
        yield _finding(chart, knowledge, order, drug, row, seen[row.id])
        return
    blind = [row for row in rows if row.missing and seen[row.id].holds is None]
    if is_severe(blind):
        yield NotAssessed(f"{seen[blind[0].id].reason}: {drug.name} not checked against it", order.ref)


def _look(chart: Chart, row: LabGateRow) -> _Seen:
    if row.operator == RISE:
        rise = creatinine_rise(chart, row.max_age_days)
        return _Seen(rise is not None, "rising creatinine", rise.facts if rise else ())
    if row.operator == POSITIVE:
        return _stated(chart, row)
    newest = latest(chart, row.observable, row.max_age_days)
    if newest.value is None:
        return _Seen(None, reason=newest.reason)
    value = newest.value
    facts: tuple[Fact, ...] = (newest.fact,) if newest.fact else ()
    if row.observable == "calcium" and row.operator.startswith("<"):
        value, facts = _corrected(chart, value, facts, row.max_age_days)
    return _Seen(row.holds(value), f"{row.label} {value:g}{_unit(row.observable)}", facts)


def _unit(observable: str) -> str:
    """As people write it: UCUM has 10*9/L for a thousand in a microlitre."""
    return f" {OBSERVABLES[observable].unit}".replace(" 10*", " × 10^").replace("{", "").replace("}", "").rstrip()


def _stated(chart: Chart, row: LabGateRow) -> _Seen:
    """The newest answer in words that is dated and not too old."""
    for result in chart.stated.of(row.observable):
        if not unusable(result.on, chart.today, row.max_age_days) and result.answer != "unclear":
            return _Seen(result.answer == "yes", f"positive {row.label}", (result.fact(),))
    return _Seen(None, reason=f"no {row.label} result on record")


def _corrected(
    chart: Chart, calcium: float, facts: tuple[Fact, ...], max_age_days: int
) -> tuple[float, tuple[Fact, ...]]:
    albumin = latest(chart, "albumin", max_age_days)
    if albumin.value is None or not facts or not albumin.fact:
        return calcium, facts
    try:
        value = corrected_calcium(calcium, albumin.value)
    except CannotCompute:
        return calcium, facts
    note = f"corrected for albumin {value:.1f} mg/dL (Payne 1973)"
    return value, (replace(facts[0], note=note), albumin.fact)


def _finding(
    chart: Chart, knowledge: Knowledge, order: Medication, drug: Drug, row: LabGateRow, seen: _Seen
) -> Finding:
    finding = about_order(knowledge, TOPIC, row, order, drug, when=f"with {seen.words}", facts=seen.facts)
    tests = laboratory_orders(chart, knowledge, row.monitor, row, order)
    return replace(finding, proposals=(*finding.proposals, tests)) if tests else finding
