"""An ordered drug at an age that makes it dangerous: in children, and in older adults.

Rows: `age.csv`. An age that is not known is said only where it could matter gravely and the patient is not plainly an
adult by what else the chart says.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.physiology import age_fact, age_of, problems_of
from cds_service.checks.matching.targets import is_severe, targets, worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.age import AgeRow


@check(
    id="age",
    service="medication-safety",
    topic="age",
    hooks=("order-select", "order-sign"),
    needs=("patient", "problems", "medications"),
)
def at_this_age(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the ordered drug in cited tables of drugs that are dangerous in children or in older adults."""
    for order, drug, rows in targets(chart, knowledge, AgeRow):
        age = age_of(chart)
        if age is None:
            if is_severe(rows):
                yield NotAssessed(f"the patient's age is not known: {drug.name} not checked against it", order.ref)
            continue
        speaking = [row for row in rows if row.covers(age.days) and _holds(row, order, chart, knowledge)]
        if speaking:
            row = worst(speaking)
            problems = tuple(dict.fromkeys(problem.fact() for _, problem in problems_of(chart, row.conditions)))
            facts = (age_fact(chart, age), *problems)
            yield about_order(knowledge, "age", row, order, drug, when=f"at {age.words}", facts=facts)


def _holds(row: AgeRow, order: Medication, chart: Chart, knowledge: Knowledge) -> bool:
    if row.conditions and not problems_of(chart, row.conditions):
        return False
    if row.unless and problems_of(chart, row.unless):
        return False
    return not row.company or any(
        not row.company.isdisjoint(knowledge.names.keys_of(drug.rxcui))
        for medication in chart.company_of(order)
        if not medication.ended
        for drug in medication.drugs
    )
