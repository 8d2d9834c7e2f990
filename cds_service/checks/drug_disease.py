"""An ordered drug against the patient's conditions: what a problem on the list makes dangerous or useless.

Rows: `drug_disease.csv`; conditions are recognised by the codes and exact names of `conditions.csv`. One finding for
each order, drug and problem: the loudest row speaks. A provisional diagnosis is named as such and is never more than a
warning. Refuted entries, negated words and family history count for nothing; what was counts where the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.physiology import age_of, problems_of
from cds_service.chart.problems.problem import Problem
from cds_service.checks.matching.targets import is_severe, targets
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.findings import DISPLAYS, HARMS, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.conditions import Condition
from cds_service.knowledge.kinds.drug_disease import DrugDiseaseRow
from cds_service.terminology.vocabulary import Drug

_Match = tuple[DrugDiseaseRow, str, Problem]


@check(
    id="drug-disease",
    service="medication-safety",
    topic="drug-disease",
    hooks=("order-select", "order-sign", "problem-list-item-create"),
    needs=("patient", "problems"),
)
def drug_disease(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the ordered drug against the conditions on the problem list in a cited table of contraindications and
    major warnings. Conditions count when their code or their whole name is known here."""
    for order, drug, rows in targets(chart, knowledge, DrugDiseaseRow):
        if not chart.problems.known:
            if is_severe(rows):
                reason = f"problem list {chart.problems.missing}: {drug.name} not checked against conditions"
                yield NotAssessed(reason, order.ref)
            continue
        for match in _loudest(chart, rows):
            yield _finding(knowledge, order, drug, match)
    if chart.orders:
        for note in chart.problems.notes:
            yield NotAssessed(note)


def _matches(chart: Chart, row: DrugDiseaseRow) -> Iterator[_Match]:
    if row.from_age is not None:
        age = age_of(chart)
        if age is None or age.years < row.from_age:
            return
    found = problems_of(chart, row.conditions)
    if found and not problems_of(chart, row.unless):
        for key, problem in found:
            yield row, key, problem


def _loudness(match: _Match) -> tuple[int, int]:
    return DISPLAYS.index(match[0].display), HARMS.index(match[0].harm)


def _loudest(chart: Chart, rows: list[DrugDiseaseRow]) -> Iterator[_Match]:
    """Of the rows about one problem the loudest; of several problems that one row is about the first."""
    said: set[str] = set()
    matches = [match for row in rows for match in _matches(chart, row)]
    for row, key, problem in sorted(matches, key=_loudness):
        if row.id not in said and problem.reference not in said:
            yield row, key, problem
        said |= {row.id, problem.reference}


def _finding(knowledge: Knowledge, order: Medication, drug: Drug, match: _Match) -> Finding:
    row, key, problem = match
    label = knowledge.keyed(Condition)[key].label
    when = f"{'in' if key in problem.conditions else 'with past'} {label}"
    finding = about_order(knowledge, "drug-disease", row, order, drug, when=when, facts=(problem.fact(),))
    if problem.tentative and finding.display == "critical":
        return replace(finding, display="warning")
    return finding
