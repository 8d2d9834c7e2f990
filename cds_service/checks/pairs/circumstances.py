"""Whether the conditions of an interaction row hold for a pair of medications and the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.physiology import age_fact, age_of, problems_of
from cds_service.checks.matching.measured import measured
from cds_service.facts import Fact
from cds_service.knowledge import Knowledge
from cds_service.knowledge.conditions import ByRoute, Company, Condition, Limit, OnList
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.terminology.observables import OBSERVABLES

_NEWEST_DAYS = 90  # how old a result may be where the row does not say
# In the US these words are a strength. For comparing only: nothing is written into an order from them.
_LOW_DOSE_ASPIRIN = re.compile(r"\b(?:baby|low[- ]dose) (?:aspirin|asa)\b", re.IGNORECASE)


def circumstances_hold(
    chart: Chart, knowledge: Knowledge, row: Interaction, one: Medication, other: Medication
) -> bool:
    """True when every condition of the row holds; `one` is the medication of side a, `other` that of side b."""
    return all(_holds(chart, knowledge, condition, one, other) for condition in row.when)


def _holds(chart: Chart, knowledge: Knowledge, condition: Condition, one: Medication, other: Medication) -> bool:
    if isinstance(condition, Company):
        return _is_taken(chart, knowledge, condition) is condition.present
    if isinstance(condition, OnList):
        return bool(problems_of(chart, condition.keys))
    if isinstance(condition, ByRoute):
        return bool((one if condition.side == "a" else other).routes & condition.routes)
    if condition.what == "age":
        age = age_of(chart)
        return age is not None and condition.holds(age.years or age.days / 366)
    if condition.what == "times":
        times = (one if condition.side == "a" else other).sig.times_per_day
        return times is not None and condition.holds(times)
    if condition.side:
        ordered = _ordered(condition.what, one if condition.side == "a" else other)
        return ordered is None or condition.holds(ordered)
    return measured(chart, condition, condition.days or _NEWEST_DAYS)[0]


def _ordered(what: str, medication: Medication) -> float | None:
    """For how many days, or how many mg a day; None when it is not known."""
    return medication.sig.duration_days if what == "days" else _daily_milligrams(medication, once=what == "once_daily")


def _daily_milligrams(medication: Medication, once: bool) -> float | None:
    """`once`: the drug is taken once a day, which lists leave out ("simvastatin 20 mg tablet", "aspirin 81")."""
    sig = medication.sig
    if sig.dose_value is None and _LOW_DOSE_ASPIRIN.search(medication.ref.text):
        return 81.0
    daily = sig.single("mg") if once and sig.times_per_day is None else sig.daily("mg", assume=once)
    return None if daily is None else float(daily.value)


def _is_taken(chart: Chart, knowledge: Knowledge, company: Company) -> bool:
    """A drug that a model read lowers nothing, so that it does not count."""
    taken = (*chart.medications.items, *chart.background, *chart.orders)
    return any(
        not company.keys.isdisjoint(knowledge.names.keys_of(drug.rxcui))
        for medication in taken
        if not medication.ended and not medication.origin.is_read
        for drug in medication.drugs
    )


def facts_behind(chart: Chart, row: Interaction) -> Iterator[Fact]:
    """What of the patient the conditions of a row rest on: age, results, problems."""
    for condition in row.when:
        if isinstance(condition, OnList):
            yield from (problem.fact() for _, problem in problems_of(chart, condition.keys))
        elif isinstance(condition, Limit) and condition.what == "age":
            age = age_of(chart)
            yield from [age_fact(chart, age)] if age else []
        elif isinstance(condition, Limit) and condition.what in OBSERVABLES:
            yield from measured(chart, condition, condition.days or _NEWEST_DAYS)[1]
