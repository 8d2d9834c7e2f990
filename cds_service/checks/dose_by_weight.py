"""An ordered dose against what the label gives for a body weight, at the ages where doses go by weight.

Rows: `weight_doses.csv`. The weight is the newest of the last months, fewer for the young; one that cannot be a weight
in kilograms at the child's age is said and not used. Without a usable weight the check says that it could not look.
A dose that is ordered per kilogram is compared as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.physiology import Age, age_fact, age_of
from cds_service.checks.matching.targets import targets
from cds_service.checks.registry import check
from cds_service.checks.stating.limits import Above, above_limit
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.weight_doses import WeightDose
from cds_service.terminology.vocabulary import Drug
from cds_service.tools.dose_by_weight import is_plausible_for_age

_ADULT, _SLIP = 18, 3.0
# A child outgrows its weight: days for which one counts, by completed years of age.
_GOOD_FOR = ((1, 31), (5, 100), (_ADULT, 200))
_ADULTS_DAYS = 365


@check(
    id="dose-by-weight",
    service="medication-safety",
    topic="dose-limit",
    hooks=("order-select", "order-sign"),
    needs=("patient", "vitals"),
)
def dose_by_weight(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Divides the ordered dose by the last body weight and compares it with the most per kilogram that the label gives
    at the patient's age."""
    for order, drug, rows in targets(chart, knowledge, WeightDose):
        age = age_of(chart)
        speaking = [row for row in rows if age is not None and row.covers(age.days)]
        if not speaking or age is None or (order.sig.dose_value is None and order.sig.times_per_day is None):
            continue
        if order.sig.dose_unit == "mL" and not any(order.sig.single(row.unit) for row in speaking):
            yield NotAssessed(f"how much a mL holds is not stated: {drug.name} not checked by weight", order.ref)
            continue
        if (order.sig.dose_unit or "").endswith("/kg"):
            yield from _judge(order, drug, speaking, (age_fact(chart, age),), None)
            continue
        weight = latest(chart, "weight", _days(age))
        if weight.value is None or weight.found is None:
            reason = weight.reason if weight.found else "no body weight on record"
            yield NotAssessed(f"{reason}: the dose of {drug.name} was not checked by weight", order.ref)
        elif age.years < _ADULT and not is_plausible_for_age(weight.value, age.days / 365.25):
            reason = f"weight {weight.value:g} kg is not plausible at {age.words}: {drug.name} not checked by weight"
            yield NotAssessed(reason, order.ref, prominent="info")
        else:
            yield from _judge(order, drug, speaking, (age_fact(chart, age), weight.found.fact()), weight.value)


def _days(age: Age) -> int:
    return next((days for below, days in _GOOD_FOR if age.years < below), _ADULTS_DAYS)


def _judge(
    order: Medication, drug: Drug, rows: list[WeightDose], facts: tuple[Fact, ...], kilograms: float | None
) -> Iterator[Finding]:
    """Without `kilograms` the dose is ordered per kilogram already."""
    for row in rows:
        unit = row.unit if kilograms else f"{row.unit}/kg"
        doses = order.sig.single(unit), order.sig.daily(unit, assume=True)
        stated = zip(doses, (row.per_dose, row.per_day), ("a dose", "a day"), strict=True)
        over = [
            (float(dose.value) / (kilograms or 1.0), most, per)
            for dose, most, per in stated
            if dose is not None and most is not None and float(dose.value) / (kilograms or 1.0) > most
        ]
        if over:
            per_kg, most, per = max(over, key=lambda one: one[0] / one[1])
            yield _finding(order, drug, row, per_kg, most, per, facts, kilograms)
            return


def _finding(
    order: Medication,
    drug: Drug,
    row: WeightDose,
    per_kg: float,
    most: float,
    per: str,
    facts: tuple[Fact, ...],
    kilograms: float | None,
) -> Finding:
    unit = f"{row.unit}/kg"
    above = Above(f"{per_kg:.3g} {unit} {per}", f"{most:g} {unit} {per}", per_kg / most, per_kg >= most * _SLIP)
    assumed = f"; {row.unit} was assumed" if order.sig.unit_assumed else ""
    divided = f"{per_kg * kilograms:g} {row.unit} in {kilograms:g} kg, " if kilograms else ""
    return above_limit(
        row,
        order,
        drug.rxcui,
        above,
        summary=f"{drug.name} {above.ordered}: above {most:g} {unit}; {row.summary}",
        labels=("Ordered dose", "Maximum by weight"),
        note=f"{divided}the most that the order allows{assumed}",
        after=facts,
    )
