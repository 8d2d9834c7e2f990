"""Apixaban, edoxaban and rivaroxaban in atrial fibrillation, whose doses do not go by kidney function alone.

Apixaban is lowered to 2.5 mg twice daily when two of three hold: age 80 or more, weight 60 kg or less, creatinine 1.5
mg/dL or more. Edoxaban is not to be used when the creatinine clearance is above 95 mL/min. Rivaroxaban is lowered to 15
mg a day at a clearance of 50 mL/min or less, by the clearance and never by eGFR. All this is about atrial fibrillation
only, stated in the order or on the problem list; for clots other doses hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.kidney import creatinine_clearance
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.physiology import age_fact, age_of, problems_of
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.terminology.vocabulary import Drug

TOO_MUCH, TOO_LITTLE, TOO_CLEAR = "apixaban-af-too-much", "apixaban-af-too-little", "edoxaban-af-clearance"
RIVAROXABAN = "rivaroxaban-af-too-much"
# What each rule's label gives; the reason stays in the order, as the dose holds for it alone.
_LOWERED = {
    TOO_MUCH: "apixaban 2.5 mg twice daily for atrial fibrillation",
    RIVAROXABAN: "rivaroxaban 15 mg daily with the evening meal for atrial fibrillation",
}
_RULES = frozenset({TOO_MUCH, TOO_LITTLE, TOO_CLEAR, RIVAROXABAN})
_NAMES = ("apixaban", "edoxaban", "rivaroxaban")
_RIVAROXABAN_MG, _RIVAROXABAN_CLEARANCE = 15.0, (15.0, 50.0)
_OLD, _LIGHT_KG, _CREATININE, _FULL_MG, _LOW_MG, _CLEAR = 80, 60.0, 1.5, 10.0, 5.0, 95.0
_MAX_AGE_DAYS = 180
_OTHER_USES = ("dvt", "deep vein", "pulmonary embol", "thrombosis", "vte", "hip", "knee")


@check(
    id="fibrillation-anticoagulant",
    service="medication-safety",
    topic="renal-dosing",
    hooks=("order-select", "order-sign"),
    needs=("patient", "problems", "labs", "vitals"),
)
def fibrillation_anticoagulant(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Counts the three signs that lower apixaban in atrial fibrillation, looks whether edoxaban would be cleared too
    fast to protect, and whether rivaroxaban is to be lowered for the clearance."""
    rules = knowledge.keyed(LogicRule)
    for order in chart.orders:
        drug = next((drug for drug in order.drugs if drug.name in _NAMES), None)
        if drug is None or not _for_fibrillation(chart, order) or not rules.keys() >= _RULES:
            continue
        if drug.name == "apixaban":
            yield from _apixaban(chart, knowledge, rules, order, drug)
        elif drug.name == "rivaroxaban":
            yield from _rivaroxaban(chart, knowledge, rules, order, drug)
        else:
            yield from _edoxaban(chart, knowledge, rules, order, drug)


def _for_fibrillation(chart: Chart, order: Medication) -> bool:
    stated = " ".join(order.uses)
    if any(word in stated for word in _OTHER_USES):
        return False
    return "fibrillation" in stated or "afib" in stated or bool(problems_of(chart, ("atrial-fibrillation",)))


def _apixaban(
    chart: Chart, knowledge: Knowledge, rules: Mapping[str, LogicRule], order: Medication, drug: Drug
) -> Iterator[Finding | NotAssessed]:
    daily, age = order.sig.daily("mg", assume=True), age_of(chart)
    weight, creatinine = latest(chart, "weight", 365), latest(chart, "creatinine", _MAX_AGE_DAYS)
    known = (
        age and age.years >= _OLD,
        weight.value is not None and weight.value <= _LIGHT_KG,
        creatinine.value is not None and creatinine.value >= _CREATININE,
    )
    found = {"age": age, "weight": weight.value, "creatinine": creatinine.value}
    missing = [what for what, there in found.items() if there is None]
    if daily is None:
        return
    signs, dose = sum(map(bool, known)), float(daily.value)
    signs_of = (age_fact(chart, age) if age else None, weight.fact, creatinine.fact)
    counted = Fact("Signs that lower the dose", f"{signs} of 3", order.origin)
    facts = (_dose_fact(order, dose), counted, *(fact for fact in signs_of if fact))
    if signs >= 2 and dose >= _FULL_MG:
        when = f"{dose:g} mg a day"
        yield _lowered(knowledge, rules[TOO_MUCH], order, drug, when, facts)
    elif missing and signs + len(missing) >= 2 and dose >= _FULL_MG:
        yield NotAssessed(f"{' and '.join(missing)} not known: is apixaban to be lowered?", order.ref)
    elif not missing and signs < 2 and dose <= _LOW_MG:
        when = f"{dose:g} mg a day"
        yield about_order(knowledge, "renal-dosing", rules[TOO_LITTLE], order, drug, when=when, facts=facts)


def _edoxaban(
    chart: Chart, knowledge: Knowledge, rules: Mapping[str, LogicRule], order: Medication, drug: Drug
) -> Iterator[Finding]:
    kidney = creatinine_clearance(chart, _MAX_AGE_DAYS)
    if kidney.value is not None and kidney.value > _CLEAR:
        facts: tuple[Fact, ...] = kidney.facts
        when = f"with {kidney.words}"
        yield about_order(knowledge, "renal-dosing", rules[TOO_CLEAR], order, drug, when=when, facts=facts)


def _rivaroxaban(
    chart: Chart, knowledge: Knowledge, rules: Mapping[str, LogicRule], order: Medication, drug: Drug
) -> Iterator[Finding]:
    kidney, daily = creatinine_clearance(chart, _MAX_AGE_DAYS), order.sig.daily("mg", assume=True)
    low, high = _RIVAROXABAN_CLEARANCE
    if kidney.value is None or daily is None or float(daily.value) <= _RIVAROXABAN_MG:
        return
    if low <= kidney.value <= high:
        when = f"{float(daily.value):g} mg a day, creatinine clearance {kidney.value:.0f} mL/min"
        facts = (_dose_fact(order, float(daily.value)), *kidney.facts)
        yield _lowered(knowledge, rules[RIVAROXABAN], order, drug, when, facts)


def _lowered(
    knowledge: Knowledge, rule: LogicRule, order: Medication, drug: Drug, when: str, facts: tuple[Fact, ...]
) -> Finding:
    instead = _LOWERED[rule.id]
    return about_order(knowledge, "renal-dosing", rule, order, drug, when=when, facts=facts, instead=instead)


def _dose_fact(order: Medication, milligrams: float) -> Fact:
    return Fact("Ordered daily dose", f"{milligrams:g} mg", order.origin)
