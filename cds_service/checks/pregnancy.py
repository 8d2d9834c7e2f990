"""An ordered drug in pregnancy, by the week where that matters.

Rows: `pregnancy.csv`; one may ask for a stated use or a daily dose, which then has to be known. Pregnancy is known from
the problem list, a pregnancy status, a test, or a delivery date; the newest speaks. Where it is not known, only the
strongest teratogens ask for it, as information. A drug without a row is named when she is known to be pregnant: nobody
looked, which is not "safe".
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.motherhood import Pregnancy, pregnancy
from cds_service.checks.matching.targets import targets, worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed, not_covered
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.pregnancy import PregnancyRow
from cds_service.terminology.vocabulary import Drug


@check(
    id="pregnancy",
    service="medication-safety",
    topic="pregnancy",
    hooks=("order-select", "order-sign", "problem-list-item-create"),
    needs=("patient", "problems", "labs", "vitals"),
)
def in_pregnancy(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks up the ordered drug in a cited table of drugs in pregnancy when the chart says that the patient is
    pregnant; asks for a pregnancy test before the strongest teratogens when it does not say."""
    known: Pregnancy | None = None
    for order, drug, rows in targets(chart, knowledge, PregnancyRow):
        known = known or pregnancy(chart)
        fitting = [row for row in rows if _is_about(knowledge, row, order)]
        if known.state == "yes" and fitting:
            yield from _judge(knowledge, order, drug, fitting, known)
        elif known.state == "unknown" and any(row.exclude_first for row in rows):
            yield _ask(chart, order, drug)
    known = known or (pregnancy(chart) if chart.problems.items or chart.stated.supplied else None)
    if known and known.state == "yes":
        yield from _uncovered(chart, knowledge)


def _judge(
    knowledge: Knowledge, order: Medication, drug: Drug, rows: list[PregnancyRow], known: Pregnancy
) -> Iterator[Finding | NotAssessed]:
    week = known.week
    if week is None:
        speaking = [row for row in rows if row.always] or [_mildest(rows)]
        if any(not row.always for row in rows):
            yield NotAssessed(f"week of gestation not known: {drug.name} judged without it", order.ref)
    else:
        speaking = [row for row in rows if row.covers(week)]
    if speaking:
        weeks = () if week is None else (Fact("Gestational age today", f"week {week}", known.facts[0].origin),)
        when = "in pregnancy" if week is None else f"in week {week} of pregnancy"
        row = worst(speaking)
        yield about_order(knowledge, "pregnancy", row, order, drug, when=when, facts=(*known.facts, *weeks))


def _is_about(knowledge: Knowledge, row: PregnancyRow, order: Medication) -> bool:
    """Whether a row that asks for a use, a daily dose or a partner in the same order finds it there."""
    partners = {key for drug in order.drugs for key in knowledge.names.keys_of(drug.rxcui)}
    if not row.is_for(order.uses) or (row.beside and row.beside.isdisjoint(partners)):
        return False
    daily = order.sig.daily(row.dose_unit) if row.daily else None
    return not row.daily or (daily is not None and row.daily[0] <= float(daily.value) <= row.daily[1])


def _mildest(rows: list[PregnancyRow]) -> PregnancyRow:
    """Of rows for parts of a pregnancy, when the week is not known: the earliest of those that begin late."""
    return min(rows, key=lambda row: (row.from_week or 0, row.id))


def _ask(chart: Chart, order: Medication, drug: Drug) -> NotAssessed:
    why = f"; problem list {chart.problems.missing}" if not chart.problems.known else ""
    reason = f"pregnancy is not known{why}: exclude it before {drug.name}, which harms an unborn child severely"
    return NotAssessed(reason, order.ref, prominent="info")


def _uncovered(chart: Chart, knowledge: Knowledge) -> Iterator[NotAssessed]:
    for order in chart.orders:
        for drug in order.drugs:
            if not knowledge.for_drug(PregnancyRow, drug):
                yield NotAssessed(f"{not_covered([drug.name], 'pregnancy')}: look it up", order.ref)
