"""An ordered drug in liver disease: by Child-Pugh class, by a condition on the problem list, or by a result.

Rows: `hepatic.csv`. The class is the one that the chart states, or the least that its facts allow. Cirrhosis whose
class is not known is judged by the rows that speak of any cirrhosis; that no other was looked at is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.liver import Liver, liver
from cds_service.chart.patient.physiology import problems_of
from cds_service.checks.matching.targets import is_severe, targets, worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.hepatic import HepaticRow
from cds_service.terminology.vocabulary import Drug

_Spoken = tuple[HepaticRow, str, tuple[Fact, ...]]  # a row, the circumstance in words, the facts it rests on


@check(
    id="hepatic-dosing",
    service="medication-safety",
    topic="hepatic-dosing",
    hooks=("order-select", "order-sign"),
    needs=("patient", "problems", "labs"),
)
def hepatic_dosing(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares what the chart says of the liver, by Child-Pugh class, problem or result, with what the label of the
    ordered drug says for it."""
    known: Liver | None = None
    for order, drug, rows in targets(chart, knowledge, HepaticRow):
        known = known or liver(chart)
        speaking = [said for row in rows if (said := _speaks(row, known, chart))]
        if speaking:
            row = worst(row for row, _, _ in speaking)
            when, facts = next((when, facts) for one, when, facts in speaking if one is row)
            yield about_order(knowledge, "hepatic-dosing", row, order, drug, when=f"in {when}", facts=facts)
        elif known.cirrhosis and known.grade is None and is_severe(rows):
            yield _unknown(order, drug, known)


def _speaks(row: HepaticRow, known: Liver, chart: Chart) -> _Spoken | None:
    if row.unless and problems_of(chart, row.unless):
        return None
    if row.classes and known.grade and _reaches(row, known):
        return row, known.words, known.facts
    problems = problems_of(chart, row.conditions)
    if problems:
        facts = tuple(dict.fromkeys(problem.fact() for _, problem in problems))
        return row, problems[0][1].label.lower(), facts
    if row.observable and row.above is not None:
        newest = latest(chart, row.observable, row.max_age_days)
        if newest.value is not None and newest.fact is not None and newest.value > row.above:
            return row, f"{newest.fact.label} {newest.fact.value}", (newest.fact,)
    return None


def _reaches(row: HepaticRow, known: Liver) -> bool:
    """A class that is only a least one ("at least B") is reached by rows of that class and of none milder."""
    return known.grade in row.classes


def _unknown(order: Medication, drug: Drug, known: Liver) -> NotAssessed:
    return NotAssessed(f"{known.reason}: {drug.name} was not checked against liver function", order.ref)
