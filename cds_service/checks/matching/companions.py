"""Which rows of `companions.csv` speak for an order, and the laboratory tests that they want of its chart.

A test counts as there when it is among the drafts or was resulted inside the row's window, by any LOINC code of the
test or of a panel that holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cds_service.chart import Chart, Medication
from cds_service.chart.dates import age_in_years
from cds_service.facts import Fact
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.companions import Companion
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.terminology.counting import counted
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

Test = tuple[str, int]  # key of monitors.csv, due in days


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that speaks for `drug` of an order, the tests that it wants and are not there, and results too old to
    count. `tests` is None when no results were supplied, so that nobody knows what is there."""

    row: Companion
    drug: Drug
    tests: tuple[Test, ...] | None
    facts: tuple[Fact, ...] = ()


def speaking(chart: Chart, knowledge: Knowledge, order: Medication) -> Iterator[tuple[Companion, Drug]]:
    """The rows that speak for an order, each with the drug of the order that it is about."""
    for drug in order.drugs:
        for row in knowledge.for_drug(Companion, drug):
            if _speaks(chart, knowledge, row, order, drug):
                yield row, drug


def wanted_tests(chart: Chart, knowledge: Knowledge, order: Medication) -> list[Wanted]:
    """What the rows of an order want in tests; a row whose tests are all there is left out."""
    found = (_wanted(chart, knowledge, row, drug) for row, drug in speaking(chart, knowledge, order) if row.tests)
    return [one for one in found if one.tests is None or one.tests]


def _speaks(chart: Chart, knowledge: Knowledge, row: Companion, order: Medication, drug: Drug) -> bool:
    company = chart.company_of(order)
    taken = any(drug in one.drugs and one.ended is None for one in chart.medications.items)
    beside = {key for one in (*company, order) for each in one.drugs for key in knowledge.names.keys_of(each.rxcui)}
    days = order.sig.duration_days
    return (
        _given_by(row, order)
        and row.phase in ("any", "ongoing" if taken or order.replaces else "start")
        and not (days is not None and days < row.min_days)
        and (not row.with_drugs or not beside.isdisjoint(row.with_drugs))
        and beside.isdisjoint(row.unless_drugs)
        and _person_fits(chart, row)
    )


def _given_by(row: Companion, order: Medication) -> bool:
    if row.routes:
        return not order.routes or bool(order.routes & row.routes)
    return not order.routes & LOCAL_ROUTES


def _person_fits(chart: Chart, row: Companion) -> bool:
    """An age or sex that is not known does not keep a row from speaking: what it asks for is a test or an offer."""
    age = age_in_years(chart.patient.born, chart.today) if chart.patient.born else None
    fits = age is None or row.age_from <= age < row.age_below
    return fits and (not row.sex or chart.patient.sex in (None, row.sex))


def _wanted(chart: Chart, knowledge: Knowledge, row: Companion, drug: Drug) -> Wanted:
    if row.done_within_days and not chart.results.known:
        return Wanted(row, drug, None)
    since = chart.today - timedelta(days=row.done_within_days)
    lacking: list[Test] = []
    facts: list[Fact] = []
    for key, due in row.tests:
        codes = knowledge.keyed(Monitor)[key].codes
        newest = chart.results.newest(codes)
        if row.done_within_days and newest is not None and newest.on >= since:
            continue
        if newest and row.done_within_days:
            facts.append(newest.fact(f"older than {counted(row.done_within_days, 'day')}"))
        lacking += [(key, due)] if codes.isdisjoint(chart.planned_codes) else []
    return Wanted(row, drug, tuple(lacking), tuple(facts) if lacking else ())
