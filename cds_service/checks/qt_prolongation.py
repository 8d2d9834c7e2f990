"""Drugs that prolong the QT interval: two of them together, and one with a risk in the patient.

Rows: `qt_drugs.csv` names the drugs as their labels do, `qt_factors.csv` what in the patient makes one of them a
concern (QTc, potassium, magnesium, long QT syndrome), `rules.csv` the two grades of a pair. A pair of known risk is a
warning, any other pair information; two drugs of which one does so at high levels only are no pair unless the other is
of known risk. Where a risk factor holds, one card about it says what else prolongs QT, in place of the quieter pairs. A
pair that the interaction table already interrupts for is not said again. A result on which a row of `lab_gates.csv`
about the same drug rests is left to that row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.physiology import problems_of
from cds_service.checks.matching.targets import by_route, dose_is_within, worst
from cds_service.checks.pairs.interactions import worst_interaction
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order, finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.lab_gates import LabGateRow
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.kinds.qt import QtDrug, QtFactor
from cds_service.terminology.vocabulary import Drug

TOPIC = "qt-prolongation"
_INTERRUPTS = ("critical", "warning")


@dataclass(frozen=True, slots=True)
class _Prolonging:
    """A medication with its ingredient that prolongs QT most, and the row that says so."""

    medication: Medication
    drug: Drug
    row: QtDrug


@check(
    id="qt-prolongation",
    service="medication-safety",
    topic=TOPIC,
    hooks=("order-select", "order-sign"),
    needs=("medications", "statements", "problems", "labs"),
)
def qt_prolongation(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up whether the ordered drug prolongs the QT interval by its label, whether another current drug does too,
    and whether QTc, potassium, magnesium or a listed long QT syndrome adds to the risk."""
    for order in chart.orders:
        mine = _prolonging(knowledge, order)
        if mine is None:
            continue
        if mine.row.risk == "known":
            yield from _unknown(chart, mine)
        company = (_prolonging(knowledge, partner) for partner in chart.company_of(order) if not partner.ended)
        partners = [partner for partner in company if partner and partner.drug.rxcui != mine.drug.rxcui]
        factors = list(_factors(chart, knowledge, mine))
        if factors:
            yield _with_factor(knowledge, mine, partners, factors)
        for partner in partners:
            rule = _grade(knowledge, mine, partner)
            if rule and not (factors and rule.display == "info") and not _is_said(chart, knowledge, mine, partner):
                yield _pair(mine, partner, rule)


def _prolonging(knowledge: Knowledge, medication: Medication) -> _Prolonging | None:
    rank = {"known": 0, "possible": 1, "conditional": 2}
    found = [
        _Prolonging(medication, drug, row)
        for drug in medication.drugs
        for row in knowledge.for_drug(QtDrug, drug)
        if row.speaks_of(drug) and by_route(row, medication) and not dose_is_within(row, medication)
    ]
    return min(found, key=lambda one: rank[one.row.risk], default=None)


def _unknown(chart: Chart, mine: _Prolonging) -> Iterator[NotAssessed]:
    """What could have made a drug of known risk a major concern, and is not known."""
    about = mine.medication.ref
    missing = f"{mine.drug.name} not checked for"
    if not chart.medications.known:
        yield NotAssessed(f"medication list {chart.medications.missing}: {missing} other QT drugs", about)
    if not chart.problems.known:
        yield NotAssessed(f"problem list {chart.problems.missing}: {missing} long QT syndrome", about)
    if latest(chart, "potassium", 90).value is None:
        yield NotAssessed(f"no potassium of the last 90 days: {missing} low potassium", about)


def _factors(chart: Chart, knowledge: Knowledge, mine: _Prolonging) -> Iterator[tuple[QtFactor, Fact]]:
    """The factors that hold for a drug of this risk, each with the fact it rests on."""
    gated = {row.observable for row in knowledge.for_drug(LabGateRow, mine.drug)}
    for row in knowledge.all(QtFactor):
        if mine.row.risk not in row.risks or row.observable in gated:
            continue
        if row.conditions:
            if not problems_of(chart, row.unless):
                yield from ((row, problem.fact()) for _, problem in problems_of(chart, row.conditions)[:1])
            continue
        newest = latest(chart, row.observable, row.max_age_days)
        if newest.value is not None and newest.fact and row.holds(newest.value):
            yield row, newest.fact


def _with_factor(
    knowledge: Knowledge, mine: _Prolonging, partners: Sequence[_Prolonging], factors: Sequence[tuple[QtFactor, Fact]]
) -> Finding:
    """The loudest factor, with the others and what else prolongs QT among the facts."""
    row = worst([factor for factor, _ in factors])
    facts = [*dict.fromkeys(fact for _, fact in factors)]
    return about_order(
        knowledge,
        TOPIC,
        row,
        mine.medication,
        mine.drug,
        when="prolongs QT",
        facts=(*facts, *(partner.medication.fact("Also prolongs QT") for partner in partners)),
        cites=(row.id, mine.row.id),
    )


def _grade(knowledge: Knowledge, mine: _Prolonging, partner: _Prolonging) -> LogicRule | None:
    """The rule that grades a pair; None when it is no pair, or its rule is silent here."""
    risks = {mine.row.risk, partner.row.risk}
    if "conditional" in risks and "known" not in risks:
        return None
    return knowledge.keyed(LogicRule).get("qt-pair-known" if risks == {"known"} else "qt-pair")


def _is_said(chart: Chart, knowledge: Knowledge, mine: _Prolonging, partner: _Prolonging) -> bool:
    match = worst_interaction(chart, knowledge, mine.medication, partner.medication)
    return match is not None and match[0].display in _INTERRUPTS


def _pair(mine: _Prolonging, partner: _Prolonging, rule: LogicRule) -> Finding:
    return finding_of(
        rule,
        mine.medication,
        topic=TOPIC,
        concepts=(mine.drug.rxcui, partner.drug.rxcui),
        summary=f"{mine.drug.name} with {partner.drug.name}: {rule.summary}",
        cites=(rule.id, mine.row.id, partner.row.id),
        facts=(partner.medication.fact("Also prolongs QT"),),
        proposals=(stop(mine.medication),),
    )
