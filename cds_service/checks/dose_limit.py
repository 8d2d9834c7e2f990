"""An ordered dose against the most that the drug's label allows, at a time and in a day, by route.

Rows: `dose_limits.csv`, `release_limits.csv` where immediate and extended release differ, and `patient_limits.csv`
where the most goes by age or stated use, or holds for some days only. The dose is the most that
the directions allow; a mean over days where it is given weekly. A dose many times the
maximum is a slip of the decimal point or of the unit. A dose that the directions do not state, and that of one drug
among several in a tablet, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.physiology import age_fact, age_of
from cds_service.checks.matching.patient_limits import lasts_too_long, patient_limits
from cds_service.checks.matching.targets import by_route
from cds_service.checks.registry import check
from cds_service.checks.stating.limits import Above, above_limit
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.kinds.infusion_rates import InfusionRate
from cds_service.knowledge.kinds.patient_limits import PatientLimit
from cds_service.knowledge.kinds.release_limits import ReleaseLimit
from cds_service.terminology.counting import counted
from cds_service.terminology.infusion_rates import rates_in
from cds_service.terminology.release import is_extended
from cds_service.terminology.sig import COUNTED_FORMS
from cds_service.terminology.vocabulary import Drug


@check(
    id="dose-limit",
    service="medication-safety",
    topic="dose-limit",
    hooks=("order-select", "order-sign"),
    needs=("patient",),
)
def dose_limit(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the single and the daily dose that the order states with the highest that the drug's label gives."""
    for order, drug in ((one, drug) for one in chart.orders for drug in one.drugs):
        limits = [_row_of(order, rows) for rows in _limits(knowledge, drug, order)]
        age = age_of(chart)
        of_patient = [row for row in patient_limits(knowledge, drug, order) if row.holds_at(age.days if age else None)]
        stated = [(row, *one) for row in (*limits, *of_patient) for one in _stated(order, row)]
        over = [(row, dose, most, per) for row, dose, most, per in stated if dose > most]
        if over:
            yield _finding(chart, order, drug, *over[0])
        elif long := next((row for row in of_patient if lasts_too_long(order, row)), None):
            yield _too_long(order, drug, long)
        elif age is None and any(dose > most for row in _by_age(knowledge, drug, order) for dose, most, _ in row):
            yield NotAssessed(f"the patient's age is not known: at some ages less {drug.name} is allowed", order.ref)
        elif (basis := _unnamed_basis(limits, order)) and order.sig.dose_value is not None:
            yield NotAssessed(f"{drug.name}: not said to be in {basis}; write it so", order.ref, prominent="info")
        elif limits and _has_no_dose(order) and not _is_judged_by_rate(order, drug, knowledge):
            yield NotAssessed(
                f"{order.sig.reason}: the dose of {drug.name} was not compared with its maximum", order.ref
            )
        elif limits and not stated and (lacking := _lacking(order)) and not _is_judged_by_rate(order, drug, knowledge):
            yield NotAssessed(f"{lacking}: the dose of {drug.name} was not compared with its maximum", order.ref)


def _limits(knowledge: Knowledge, drug: Drug, order: Medication) -> Iterator[list[DoseLimit]]:
    """The general limits, and after them those of the order's form of release, which may be narrower."""
    form = "extended" if is_extended(order.ref.text) else "immediate"
    of_form = (row for row in knowledge.for_drug(ReleaseLimit, drug) if row.form == form)
    for rows in (knowledge.for_drug(DoseLimit, drug), of_form):
        mine: list[DoseLimit] = [row for row in rows if row.speaks_of(drug) and by_route(row, order)]
        if mine:
            yield _in_its_basis(
                mine, f"{order.sig.text} {order.ref.text}" if mine[0].dose_unit == "unit" else order.sig.text
            )


def _by_age(knowledge: Knowledge, drug: Drug, order: Medication) -> Iterator[list[tuple[float, float, str]]]:
    return (_stated(order, row) for row in patient_limits(knowledge, drug, order) if row.by_age)


def _in_its_basis(rows: list[DoseLimit], text: str) -> list[DoseLimit]:
    """The rows about what the amount is counted in. Where the drug has no others, they may still raise a concern."""
    stated = [row for row in rows if row.is_counted_in(text)]
    return stated or [row for row in rows if not row.basis] or rows


def _row_of(order: Medication, rows: list[DoseLimit]) -> DoseLimit:
    """Of several routes the order's own, of several units that of its dose; then the row that allows most."""
    own = [row for row in rows if order.routes & row.routes] or rows
    if len(own) == 1:
        return own[0]
    stated = {row.id: _stated(order, row) for row in own}
    times = {id: max((dose / most for dose, most, _ in found), default=0.0) for id, found in stated.items()}
    return min(own, key=lambda row: (not stated[row.id], times[row.id], row.id))


def _stated(order: Medication, row: DoseLimit) -> list[tuple[float, float, str]]:
    """(dose, maximum, for what) of what the order states and the row limits: a day's dose, and one dose."""
    doses = (
        (order.sig.daily(row.dose_unit, assume=True), row.max_daily_dose, "a day"),
        (order.sig.single(row.dose_unit), row.max_single, "at a time"),
    )
    return [(float(dose.value), most, per) for dose, most, per in doses if dose is not None and most is not None]


def _unnamed_basis(limits: list[DoseLimit], order: Medication) -> str:
    """The basis in which the drug is always counted, where the order does not name it; else empty."""
    unnamed = limits and all(row.basis and not row.is_counted_in(order.sig.text) for row in limits)
    return limits[0].basis[-1] if unnamed else ""


def _has_no_dose(order: Medication) -> bool:
    return order.sig.dose_value is None and bool(order.sig.reason) and len(order.drugs) == 1


def _is_judged_by_rate(order: Medication, drug: Drug, knowledge: Knowledge) -> bool:
    """The check of infusion rates looks at this order, so that nobody need say that it has no dose."""
    return bool(knowledge.for_drug(InfusionRate, drug)) and any(rates_in(order.sig.text))


def _lacking(order: Medication) -> str:
    """What keeps a dose that is stated from being compared; empty where the reason is not known."""
    if order.sig.dose_value is None or len(order.drugs) > 1:
        return ""
    if order.sig.times_per_day is None:
        return "how often it is taken was not read"
    if order.sig.dose_unit == "mL" and order.sig.per_ml is None and order.sig.strength_value is None:
        return "how much a mL holds is not stated"
    counted = order.sig.dose_unit in COUNTED_FORMS and order.sig.strength_value is None
    return "the strength of what is counted is not stated" if counted else ""


def _finding(
    chart: Chart, order: Medication, drug: Drug, row: DoseLimit, dose: float, most: float, per: str
) -> Finding:
    unit = row.dose_unit
    above = Above(f"{dose:g} {unit} {per}", f"{most:g} {unit} {per}", dose / most, dose >= most * row.critical_times)
    return above_limit(
        row,
        order,
        drug.rxcui,
        above,
        summary=f"{drug.name} {above.ordered}: {above.words} of {most:g} {unit}{_why(row)}",
        note=f"the most; {unit} was assumed" if order.sig.unit_assumed else "the most",
        after=_age_of_limit(chart, row),
    )


def _too_long(order: Medication, drug: Drug, row: PatientLimit) -> Finding:
    """Of an order that states more days than its label allows."""
    days, longest = order.sig.duration_days or 0.0, row.max_days or 0
    ordered, most = counted(days, "day"), counted(longest, "day")
    return above_limit(
        row,
        order,
        drug.rxcui,
        Above(ordered, most, days / (longest or 1)),
        summary=f"{drug.name} for {ordered}: longer than the {most} of its label{_why(row)}",
        labels=("Ordered duration", "Longest of the label"),
        note=None,
    )


def _age_of_limit(chart: Chart, row: DoseLimit) -> tuple[Fact, ...]:
    age = age_of(chart) if isinstance(row, PatientLimit) and row.by_age else None
    return (age_fact(chart, age),) if age else ()


def _why(row: DoseLimit) -> str:
    return f"; {row.summary}" if row.summary else ""
