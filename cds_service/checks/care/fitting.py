"""Which rows of `care_items.csv` fit a patient now, and what could not be looked at for it.

An age or a sex that is not known leaves open whether a row fits. Problems or medications that are not known leave out
the rows that ask for them, which is said once. A name that a model read may make an item fit: it is a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.chart import Chart
from cds_service.chart.patient.physiology import age_fact
from cds_service.chart.supplied import State
from cds_service.checks.care.subject import Subject
from cds_service.facts import Fact, Origin
from cds_service.findings import NotAssessed
from cds_service.knowledge.kinds.care_items import CareItem
from cds_service.knowledge.kinds.care_sets import CareSet

_SEXES = ("female", "male")


@dataclass(frozen=True, slots=True)
class Fitting:
    """A row that fits, with the facts that say so; `doubt`: why it may not fit after all."""

    row: CareItem
    facts: tuple[Fact, ...] = ()
    doubt: str = ""


def fitting(subject: Subject) -> Iterator[Fitting | NotAssessed]:
    """The rows of this moment that fit, in the order of the table."""
    chart = subject.chart
    rows = [
        row
        for row in subject.knowledge.all(CareItem)
        if chart.hook in row.hooks and row.display != "off" and (not row.months or chart.today.month in row.months)
    ]
    yield from _unseen(chart, rows)
    for row in rows:
        fits = _whom(subject, row)
        if fits != "no" and not _moot(subject, row):
            facts = _because(subject, row)
            if facts is not None:
                yield Fitting(row, facts, "" if fits == "yes" else fits)


def _unseen(chart: Chart, rows: list[CareItem]) -> Iterator[NotAssessed]:
    """Lists without which nobody knows which rows fit."""
    if not chart.problems.known and any(row.conditions for row in rows):
        yield _left_out(f"the problem list {chart.problems.missing}: items for conditions", chart.problems.state)
    if not chart.medications.known and any(row.drugs for row in rows):
        yield _left_out(
            f"the medication list {chart.medications.missing}: items for medicines", chart.medications.state
        )


def _left_out(said: str, state: State) -> NotAssessed:
    return NotAssessed(f"{said} were left out", prominent="info" if state == "failed" else "")


def _whom(subject: Subject, row: CareItem) -> str:
    """yes, no, or why it is not known."""
    age, sex = subject.age, subject.chart.patient.sex
    if row.sex and sex in _SEXES and sex != row.sex:
        return "no"
    if age is not None and not row.age_from <= age.years < row.age_below:
        return "no"
    if row.pregnancy != "any":
        pregnant = subject.pregnancy.state == "yes"
        if pregnant != (row.pregnancy == "only"):
            return "no"
    if age is None and (row.age_from or row.age_below < 1000):
        return "no usable birth date, so that the age is not known"
    return "yes" if not row.sex or sex in _SEXES else "no sex on record that says whether it fits"


def _moot(subject: Subject, row: CareItem) -> bool:
    """Something on record makes the item pointless."""
    if any(key in subject.problems for key in row.unless) or any(key in subject.taken for key in row.unless_drugs):
        return True
    procedures = subject.chart.care.procedures
    sets = (subject.knowledge.keyed(CareSet)[key] for key in row.unless_done)
    found = (procedures.of(one.codes, one.names, ("procedures",)) for one in sets)
    return any(not entry.refused and not entry.problem for entries in found for entry in entries)


def _because(subject: Subject, row: CareItem) -> tuple[Fact, ...] | None:
    """The facts for which the row fits; None when it does not."""
    facts: list[Fact] = []
    for keys in (row.conditions, row.and_conditions):
        problem = next((subject.problems[key] for key in keys if key in subject.problems), None)
        if keys and problem is None:
            return None
        facts += [problem.fact()] if problem else []
    medication = next((subject.taken[key] for key in row.drugs if key in subject.taken), None)
    if row.drugs and medication is None:
        return None
    facts += [medication.fact("Current medication")] if medication else []
    for limit in row.measured:
        holds, found = subject.measured(limit)
        if not holds:
            return None
        facts += found
    if row.pregnancy == "only":
        facts += subject.pregnancy.facts
    if subject.age and (row.age_from or row.age_below < 1000):
        facts.append(age_fact(subject.chart, subject.age))
    if row.sex and subject.chart.patient.sex:
        facts.append(Fact("Sex", subject.chart.patient.sex, Origin("coded", subject.chart.patient.reference)))
    return tuple(facts)
