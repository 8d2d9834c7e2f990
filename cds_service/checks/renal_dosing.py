"""An ordered drug against the patient's kidney function: bands of eGFR or creatinine clearance, as the label has it.

Rows: `renal_rows.csv`. A band with a maximum daily dose is quiet when the order states a dose at or under it. Kidney
function that is not known is said only for drugs of which some band could give major harm or worse.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.kidney import KidneyFunction, creatinine_clearance, estimated_gfr
from cds_service.checks.proposing import replacements, stop
from cds_service.checks.registry import check
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

_ESTIMATES = {"egfr": estimated_gfr, "crcl": creatinine_clearance}


@check(
    id="renal-dosing",
    service="medication-safety",
    topic="renal-dosing",
    hooks=("order-select", "order-sign"),
    needs=("patient", "labs", "vitals"),
)
def renal_dosing(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the newest eGFR, or the creatinine clearance computed from creatinine, age, sex and weight, with the
    bands that the drug's label gives, and the ordered daily dose with the band's maximum."""
    for order in chart.orders:
        for drug in order.drugs:
            rows = [row for row in knowledge.for_drug(RenalRow, drug) if _same_route(row, order)]
            for estimator in dict.fromkeys(row.estimator for row in rows):
                yield from _judge(chart, knowledge, order, drug, [row for row in rows if row.estimator == estimator])


def _same_route(row: RenalRow, order: Medication) -> bool:
    if row.routes:
        return not order.routes or bool(order.routes & row.routes)
    return not order.routes & LOCAL_ROUTES


def _judge(
    chart: Chart, knowledge: Knowledge, order: Medication, drug: Drug, rows: list[RenalRow]
) -> Iterator[Finding | NotAssessed]:
    kidney = _ESTIMATES[rows[0].estimator](chart, min(row.max_age_days for row in rows))
    highest = max(row.high or 0.0 for row in rows)
    if kidney.value is None:
        enough = kidney.at_least is not None and kidney.at_least >= highest
        if not enough and any(row.harm in ("contraindicated", "major") for row in rows):
            yield NotAssessed(f"{kidney.reason}: {drug.name} dose not checked against kidney function", order.ref)
        return
    for row in rows:
        if row.covers(kidney.value) and not _dose_is_within(row, order):
            yield _finding(knowledge, order, drug, row, kidney)


def _dose_is_within(row: RenalRow, order: Medication) -> bool:
    """True only when the order states a daily dose in a known unit, at most the row's maximum."""
    if row.max_daily_dose is None:
        return False
    daily = order.sig.daily(row.dose_unit)
    return daily is not None and float(daily.value) <= row.max_daily_dose


def _finding(knowledge: Knowledge, order: Medication, drug: Drug, row: RenalRow, kidney: KidneyFunction) -> Finding:
    return Finding(
        topic="renal-dosing",
        rule=row.id,
        harm=row.harm,
        display=row.display,
        subject=order.ref,
        concepts=(drug.rxcui,),
        summary=f"{drug.name} with {kidney.words}: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), *_dose_fact(row, order), *kidney.facts),
        proposals=(
            *replacements(knowledge, row, order, drug),
            *_adjust(row, order, drug),
            stop(order, recommended=row.harm == "contraindicated"),
        ),
    )


def _dose_fact(row: RenalRow, order: Medication) -> tuple[Fact, ...]:
    if row.max_daily_dose is None:
        return ()
    daily = order.sig.daily(row.dose_unit, assume=True)
    limit = f"limit at this kidney function {row.max_daily_dose:g} {row.dose_unit} a day"
    if daily is None:
        return (Fact("Ordered daily dose", "not known", order.origin, note=limit),)
    assumed = f"{row.dose_unit} assumed; " if order.sig.unit_assumed else ""
    return (Fact("Ordered daily dose", f"{float(daily.value):g} {row.dose_unit}", order.origin, note=assumed + limit),)


def _adjust(row: RenalRow, order: Medication, drug: Drug) -> Iterator[Proposal]:
    if row.adjust_to:
        content = {"order_text": row.adjust_to, "rxcui": drug.rxcui, "name": drug.name}
        yield Proposal(
            "adjust", order.ref, f"Change the order to {row.adjust_to}", content, (row.id,), recommended=True
        )
