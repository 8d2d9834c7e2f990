"""The parts of a combination against the most of each: the strength decides, not the first number.

Rows: `combined_limits.csv`, which also name the strengths that are made. "augmentin 875 mg" is one tablet of 875/125,
two tablets of 500/125 hold 250 mg of clavulanate, and "bactrim 160 mg" counts by its trimethoprim. A strength that is
not stated, or that nobody makes, is said and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.medications.dosing import dosages_of, sig_text, structured_dose
from cds_service.checks.matching.targets import by_route
from cds_service.checks.registry import check
from cds_service.checks.stating.limits import Above, above_limit
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.combined_limits import CombinedLimit
from cds_service.terminology.paired_strength import Told, strength_in
from cds_service.terminology.sig import COUNTED_FORMS, Sig, read_sig


@check(id="combined-dose", service="medication-safety", topic="dose-limit", hooks=("order-select", "order-sign"))
def combined_dose(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Works out how much of each drug the ordered tablets or measures of a combination hold, and compares the limited
    part with the most that the label gives at a time and in a day."""
    for order in chart.orders:
        rows = _rows(knowledge, order)
        if not rows:
            continue
        text = f"{order.origin.text or ''} {sig_text(order.resource)}"
        told = strength_in(text, rows[0].made)
        sig = read_sig(told.rest) if told else None
        taken = _taken(order, told, sig) if told and sig else None
        if told is None or sig is None or taken is None:
            names = " with ".join(drug.name for drug in order.drugs)
            yield NotAssessed(f"the strength or number of {names} is not clear: its parts were not compared", order.ref)
            continue
        times = order.sig.times_per_day or sig.times_per_day
        over = (_over(order, row, told, (taken, times), knowledge) for row in rows)
        yield from (found for found in over if found)


def _rows(knowledge: Knowledge, order: Medication) -> list[CombinedLimit]:
    found = {
        row.id: row
        for drug in order.drugs
        for row in knowledge.for_drug(CombinedLimit, drug)
        if set(row.drugs) == order.rxcuis and by_route(row, order)
    }
    return list(found.values())


def _taken(order: Medication, told: Told, sig: Sig) -> float | None:
    """Tablets or measures of the told strength at a time; one where the text gives a strength and no number."""
    value, unit = sig.dose_value, sig.dose_unit
    for dosage in dosages_of(order.resource):
        value, unit = structured_dose(dosage) or (value, unit)
    if told.strength.millilitres is not None:
        return value / told.strength.millilitres if value is not None and unit and unit.lower() == "ml" else None
    if value is None:
        return None if sig.reason else 1.0
    return value if unit is None or unit.strip("{}").lower() in COUNTED_FORMS else None


def _over(
    order: Medication, row: CombinedLimit, told: Told, amount: tuple[float, float | None], knowledge: Knowledge
) -> Finding | None:
    """`amount`: how many are taken at a time, and how often a day where that is stated."""
    taken, times = amount
    single = taken * row.of_part(told.strength)
    stated = [(single, row.max_single, "at a time"), (times and single * times, row.max_daily_dose, "a day")]
    over = [(dose, most, per) for dose, most, per in stated if dose is not None and most is not None and dose > most]
    if not over:
        return None
    dose, most, per = over[0]
    part = knowledge.names.label(row.part)
    parts = "/".join(f"{mg:g}" for mg in told.strength.parts)
    of = f"of {parts} mg in {told.strength.millilitres:g} mL" if told.strength.millilitres else f"of {parts} mg"
    unit = row.dose_unit
    above = Above(f"{dose:g} {unit} {per}", f"{most:g} {unit} {per}", dose / most)
    return above_limit(
        row,
        order,
        row.part,
        above,
        summary=f"{part} {above.ordered}: {above.words} of {most:g} {unit}; {row.summary}",
        labels=(f"Ordered {part}", "Maximum of the label"),
        before=(Fact("Strength", f"{taken:g} {of}", order.origin),),
    )
