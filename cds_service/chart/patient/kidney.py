"""The kidney function to judge an order by: what the laboratory reported, or what a calculator gives from the chart.

eGFR (mL/min/1.73 m2) and creatinine clearance (mL/min) answer different labels and are never swapped. Of a reported
result and one computed from a creatinine the newer speaks, of the same moment the reported one. A result that is too
old, undated, dated in the future or not readable is never used; it is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cds_service.chart.dates import age_in_years
from cds_service.chart.measurements.measured import Measurement
from cds_service.chart.measurements.reading import figure
from cds_service.chart.model import BEFORE_ALL, Chart
from cds_service.chart.patient.latest import day_words, unusable
from cds_service.facts import Fact, Origin
from cds_service.terminology.counting import counted
from cds_service.tools import CannotCompute
from cds_service.tools.ckd_epi_2021 import egfr
from cds_service.tools.cockcroft_gault import crcl

WEIGHT_MAX_AGE_DAYS = 365


@dataclass(frozen=True, slots=True)
class KidneyFunction:
    """`value` is None when it is not known; `reason` then says why.

    A result such as ">60" is no value but a bound: `at_least` 60. Likewise "<15": `at_most` 15.
    """

    value: float | None
    unit: str
    facts: tuple[Fact, ...] = ()
    words: str = ""
    at_least: float | None = None
    at_most: float | None = None
    reason: str = ""

    @property
    def says_something(self) -> bool:
        return self.value is not None or self.at_least is not None or self.at_most is not None


@dataclass(frozen=True, slots=True)
class _Estimate:
    """One way to state kidney function. `kind` is that of a reported result, `wanted` what has to be on record."""

    kind: str
    name: str
    unit: str
    formula: str
    wanted: str


_EGFR = _Estimate("egfr", "eGFR", "mL/min/1.73 m2", "CKD-EPI 2021", "eGFR or creatinine")
_CRCL = _Estimate("crcl", "creatinine clearance", "mL/min", "Cockcroft-Gault", "creatinine")


def estimated_gfr(chart: Chart, max_age_days: int) -> KidneyFunction:
    """eGFR as reported, or by CKD-EPI 2021 from a creatinine of the last `max_age_days` days."""
    return _kidney_function(chart, _EGFR, max_age_days)


def creatinine_clearance(chart: Chart, max_age_days: int) -> KidneyFunction:
    """Creatinine clearance as reported, or by Cockcroft-Gault from creatinine and the recorded (actual) weight."""
    return _kidney_function(chart, _CRCL, max_age_days)


def _kidney_function(chart: Chart, estimate: _Estimate, max_age_days: int) -> KidneyFunction:
    """The newest of what can be known; when nothing can, the reason that the newest record gives."""
    on_record = [found for found in (chart.latest(estimate.kind), chart.latest("creatinine")) if found]
    newest_first = sorted(on_record, key=lambda found: (found.at or BEFORE_ALL, found.value is not None), reverse=True)
    tried = [_tried(chart, estimate, found, max_age_days) for found in newest_first]
    if not tried:
        return KidneyFunction(None, estimate.unit, reason=_nothing_on_record(chart, estimate))
    best = next((one for one in tried if one.says_something), tried[0])
    passed_over = (fact for one in tried if one is not best and not one.says_something for fact in one.facts)
    return replace(best, facts=tuple(dict.fromkeys((*best.facts, *passed_over))))


def _tried(chart: Chart, estimate: _Estimate, found: Measurement, max_age_days: int) -> KidneyFunction:
    problem = unusable(found.on, chart.today, max_age_days)
    if problem:
        fact = found.fact(f"{problem}, not used")
        return KidneyFunction(
            None, estimate.unit, (fact,), reason=f"the last {found.label} ({day_words(found.on)}) {problem}"
        )
    if found.kind == estimate.kind:
        return _reported(estimate, found)
    if found.value is None:
        reason = f"{found.label} of {day_words(found.on)}: {found.problem}"
        return KidneyFunction(None, estimate.unit, (found.fact(),), reason=reason)
    return _computed(chart, estimate, found)


def _reported(estimate: _Estimate, found: Measurement) -> KidneyFunction:
    if found.value is not None:
        words = f"{estimate.name} {figure(found.value)} {estimate.unit} as reported"
        return KidneyFunction(found.value, estimate.unit, (found.fact(),), words)
    reason = f"{found.label} of {day_words(found.on)}: {found.problem}"
    words = f"{estimate.name} {found.shown} as reported" if found.at_least or found.at_most else ""
    return KidneyFunction(None, estimate.unit, (found.fact(),), words, found.at_least, found.at_most, reason)


def _computed(chart: Chart, estimate: _Estimate, creatinine: Measurement) -> KidneyFunction:
    """By the formula, with every input as a fact; what is missing or out of the formula's bounds is the reason."""
    person = Origin("coded", chart.patient.reference)
    age = age_in_years(chart.patient.born, chart.today) if chart.patient.born else None
    facts = [creatinine.fact()]
    try:
        if age is None or chart.patient.sex is None:
            raise CannotCompute("age or sex is not known, so kidney function cannot be computed")
        facts += [Fact("Age", counted(age, "year"), person), Fact("Sex (administrative)", chart.patient.sex, person)]
        if estimate is _EGFR:
            value = egfr(creatinine.value or 0.0, age, chart.patient.sex)
        else:
            weight = _weight(chart)
            facts.append(weight.fact())
            value = crcl(creatinine.value or 0.0, age, weight.value or 0.0, chart.patient.sex)
    except CannotCompute as missing:
        return KidneyFunction(None, estimate.unit, tuple(facts), reason=missing.reason)
    shown = f"{value:.0f} {estimate.unit}"
    note = "computed from the facts above"
    computed = Fact(f"{estimate.name} by {estimate.formula}", shown, person, creatinine.on, note)
    return KidneyFunction(value, estimate.unit, (*facts, computed), f"{estimate.name} {shown} by {estimate.formula}")


def _weight(chart: Chart) -> Measurement:
    """The last body weight. Raises CannotCompute when it is not usable."""
    weight = chart.latest("weight")
    if weight is None or unusable(weight.on, chart.today, WEIGHT_MAX_AGE_DAYS):
        raise CannotCompute("no body weight of the last year, so creatinine clearance cannot be computed")
    if weight.value is None:
        raise CannotCompute(f"body weight of {day_words(weight.on)}: {weight.problem}")
    return weight


def _nothing_on_record(chart: Chart, estimate: _Estimate) -> str:
    said: Mapping[str, str] = {
        "absent": f"laboratory results were not supplied, so {estimate.wanted} is not known",
        "failed": "laboratory results could not be read",
    }
    return said.get(chart.labs.state, f"no {estimate.wanted} on record")
