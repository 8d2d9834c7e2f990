"""An ordered drug against the patient's kidney function: bands of eGFR or creatinine clearance, as the label has it.

Rows: `renal_rows.csv`. A band with a maximum daily dose is quiet when the order states a dose at or under it. Kidney
function that is not known is said only for drugs of which some band could give major harm or worse. A result such as
">60" or "<15" is a bound: bands that it rules out are silent, and the one that holds for all that it leaves speaks.

On dialysis a creatinine-based estimate is no kidney function: the rows for dialysis are compared, and a drug without
one is named as not assessed. Where end-stage kidney disease leaves dialysis open, the bands speak and the dose for
dialysis is told beside them, or stands alone where there is no estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.dialysis import Dialysis, dialysis
from cds_service.chart.patient.kidney import KidneyFunction, creatinine_clearance, estimated_gfr
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import change_to, replacements, stop
from cds_service.facts import Fact
from cds_service.findings import DISPLAYS, HARMS, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

_ESTIMATES = {"egfr": estimated_gfr, "crcl": creatinine_clearance}
_UNUSED = "not used: on dialysis an estimate from creatinine does not give kidney function"


@check(
    id="renal-dosing",
    service="medication-safety",
    topic="renal-dosing",
    hooks=("order-select", "order-sign"),
    needs=("patient", "labs", "vitals"),
)
def renal_dosing(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the newest eGFR, or the creatinine clearance computed from creatinine, age, sex and weight, with the
    bands that the drug's label gives, and the ordered daily dose with the band's maximum. For a patient on dialysis
    the label's words for dialysis count in place of the bands."""
    renal = dialysis(chart)
    for order in chart.orders:
        for drug in order.drugs:
            case = _Case(chart, knowledge, order, drug)
            rows = [row for row in knowledge.for_drug(RenalRow, drug) if _same_route(row, order)]
            spoken = [row for row in rows if renal and row.on_dialysis(renal.kind)]
            if rows and renal and renal.certain:
                yield from _loudest(_on_dialysis(case, spoken, renal))
            else:
                yield from _loudest(_by_bands(case, rows, spoken, renal))


@dataclass(frozen=True, slots=True)
class _Case:
    """One ingredient of one order, for one patient."""

    chart: Chart
    knowledge: Knowledge
    order: Medication
    drug: Drug


def _loudest(said: Iterable[Finding | NotAssessed]) -> Iterator[Finding | NotAssessed]:
    """One concern for a drug: an order without a route meets the rows of each, and some drugs have two estimators."""
    found = list(said)
    yield from (one for one in found if isinstance(one, NotAssessed))
    findings = [one for one in found if isinstance(one, Finding)]
    if findings:
        yield min(findings, key=lambda one: (DISPLAYS.index(one.display), HARMS.index(one.harm)))


def _on_dialysis(case: _Case, spoken: list[RenalRow], renal: Dialysis) -> Iterator[Finding | NotAssessed]:
    """What the rows say for dialysis, whatever creatinine is on record; a drug without such a row is named."""
    if not spoken:
        reason = f"{case.drug.name} has no row for {renal.words}: dose not checked against kidney function"
        yield NotAssessed(reason, case.order.ref)
    on_record = (case.chart.latest(kind) for kind in ("egfr", "crcl", "creatinine"))
    unused = tuple(found.fact(_UNUSED) for found in on_record if found)
    state = KidneyFunction(None, "", (*renal.facts, *unused), renal.words)
    for found in _over(case, spoken, state):
        yield replace(found, advice=f"{found.advice} An estimate from creatinine is not used on dialysis.".lstrip())


def _by_bands(
    case: _Case, rows: list[RenalRow], spoken: list[RenalRow], renal: Dialysis | None
) -> Iterator[Finding | NotAssessed]:
    """What the bands say. Where the list leaves dialysis open, what holds on dialysis is told too."""
    open_to = KidneyFunction(None, "", renal.facts if renal else (), "end-stage kidney disease, dialysis not stated")
    told: set[str] = set()
    for estimator in dict.fromkeys(row.estimator for row in rows if row.estimator != "dialysis"):
        for one in _judge(case, [row for row in rows if row.estimator == estimator]):
            if isinstance(one, NotAssessed):
                yield one
                yield from (found for found in _over(case, spoken, open_to) if found.rule not in told)
                told.update(row.id for row in spoken)
            else:
                told.add(one.rule)
                yield _also(one, spoken, open_to)


def _also(found: Finding, spoken: list[RenalRow], open_to: KidneyFunction) -> Finding:
    other = " ".join(row.management for row in spoken if row.id != found.rule)
    if not other:
        return found
    facts = tuple(dict.fromkeys((*found.facts, *open_to.facts)))
    return replace(found, advice=f"{found.advice} If the patient is on dialysis: {other}", facts=facts)


def _over(case: _Case, rows: list[RenalRow], state: KidneyFunction) -> Iterator[Finding]:
    return (_finding(case, row, state) for row in rows if not _dose_is_within(row, case.order))


def _same_route(row: RenalRow, order: Medication) -> bool:
    if row.routes:
        return not order.routes or bool(order.routes & row.routes)
    return not order.routes & LOCAL_ROUTES


def _judge(case: _Case, rows: list[RenalRow]) -> Iterator[Finding | NotAssessed]:
    kidney = _ESTIMATES[rows[0].estimator](case.chart, min(row.max_age_days for row in rows))
    if kidney.value is not None:
        yield from _over(case, [row for row in rows if row.covers(kidney.value)], kidney)
        return
    possible = [row for row in rows if row.meets(kidney.at_least, kidney.at_most)]
    certain = [row for row in possible if row.holds_within(kidney.at_least, kidney.at_most)]
    if certain:
        yield from _over(case, certain, kidney)
    elif any(row.harm in ("contraindicated", "major") for row in possible):
        yield NotAssessed(f"{kidney.reason}: {case.drug.name} dose not checked against kidney function", case.order.ref)


def _dose_is_within(row: RenalRow, order: Medication) -> bool:
    """True only when the order states a daily dose in a known unit, at most the row's maximum."""
    if row.max_daily_dose is None:
        return False
    daily = order.sig.daily(row.dose_unit)
    return daily is not None and float(daily.value) <= row.max_daily_dose


def _finding(case: _Case, row: RenalRow, kidney: KidneyFunction) -> Finding:
    order, drug = case.order, case.drug
    return finding_of(
        row,
        order,
        topic="renal-dosing",
        concepts=(drug.rxcui,),
        summary=f"{drug.name} with {kidney.words}: {row.summary}",
        facts=(*_dose_fact(row, order), *kidney.facts),
        proposals=(
            *replacements(case.knowledge, row, order, drug),
            *([change_to(row.adjust_to, row, order, drug)] if row.adjust_to else []),
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
