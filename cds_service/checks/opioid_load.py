"""What an ordered opioid adds up to with the others, and long-acting opioids for patients who take none.

Source of the factors and of the thresholds: CDC guideline of 2022. The load measures risk and is no limit: above 50 a
day it is said, above 90 it interrupts. Where no opioid is on the medication list, the patient counts as not used to
opioids; where the list is not known, that is said instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.chart import Chart
from cds_service.chart.patient.opioids import FENTANYL, Opioid, opioid_in
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.terminology.vocabulary import Drug

CLASS = "class:opioid"
# Rules by what they are about; the thresholds are MME a day.
HIGH, RAISED, LONG_ACTING, PATCH = "opioid-load-90", "opioid-load-50", "opioid-naive-long-acting", "opioid-naive-patch"
TWO_LONG = "opioid-two-long-acting"
SUM = "computed from the facts above"
THRESHOLDS = ((HIGH, 90.0), (RAISED, 50.0))


@check(
    id="opioid-load",
    service="medication-safety",
    topic="opioid-load",
    hooks=("order-select", "order-sign"),
    needs=("medications", "statements"),
)
def opioid_load(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Adds up the morphine equivalents of the ordered opioid and of those that the patient takes, and asks whether a
    long-acting opioid is ordered for a patient who takes none."""
    rules = knowledge.keyed(LogicRule)

    def is_opioid(drug: Drug) -> bool:
        return CLASS in knowledge.names.keys_of(drug.rxcui)

    for order in chart.orders:
        ordered = opioid_in(order, is_opioid)
        if ordered is None:
            continue
        if not {HIGH, RAISED, LONG_ACTING, PATCH, TWO_LONG} <= rules.keys():
            yield NotAssessed("opioid load: its rules are not reviewed here", order.ref)
            continue
        company = [one for one in chart.company_of(order) if not one.ended]
        others = [one for one in (opioid_in(medication, is_opioid) for medication in company) if one]
        yield from _load(rules, ordered, others)
        if ordered.long_acting and any(one.long_acting for one in others):
            yield _second(rules[TWO_LONG], ordered, [one for one in others if one.long_acting])
        if ordered.long_acting and not others:
            if chart.medications.known:
                yield _naive(rules[PATCH if ordered.patch and ordered.name == FENTANYL else LONG_ACTING], ordered)
            else:
                reason = f"medication list {chart.medications.missing}: is the patient used to opioids?"
                yield NotAssessed(reason, order.ref)


def _load(rules: Mapping[str, LogicRule], ordered: Opioid, others: list[Opioid]) -> Iterator[Finding | NotAssessed]:
    everything = (ordered, *others)
    total = sum(one.mme for one in everything if one.mme is not None)
    rule = next((rules[rule] for rule, threshold in THRESHOLDS if total >= threshold), None)
    if rule is not None:
        unknown = " at least" if any(one.mme is None for one in everything) else ""
        summary = f"{ordered.name}, all opioids{unknown} {total:.0f} MME a day: {rule.summary}"
        together = Fact("All opioids together", f"{total:.0f} MME a day", ordered.medication.origin, note=SUM)
        facts = tuple(_fact(one) for one in everything)
        yield _finding(rule, ordered, summary, (*facts, together) if others else facts)
    elif ordered.mme is None and ordered.name != "buprenorphine":
        yield NotAssessed(f"the morphine equivalents of {ordered.name} are not known", ordered.medication.ref)


def _second(rule: LogicRule, ordered: Opioid, others: list[Opioid]) -> Finding:
    names = " and ".join(one.name for one in others)
    return _finding(rule, ordered, f"{ordered.name} with {names}: {rule.summary}", tuple(map(_fact, others)))


def _naive(rule: LogicRule, ordered: Opioid) -> Finding:
    nobody = Fact("Opioids taken now", "none on the medication list", ordered.medication.origin)
    return _finding(rule, ordered, f"{ordered.name}, long-acting: {rule.summary}", (nobody,))


def _fact(one: Opioid) -> Fact:
    amount = "not known" if one.mme is None else f"{one.mme:.0f} MME a day"
    note = one.counted or None
    return Fact(f"Load of {one.medication.ref.text}", amount, one.medication.origin, one.medication.on, note)


def _finding(rule: LogicRule, ordered: Opioid, summary: str, facts: tuple[Fact, ...]) -> Finding:
    order = ordered.medication
    return finding_of(
        rule,
        order,
        topic="opioid-load",
        concepts=tuple(sorted(order.rxcuis)),
        summary=summary,
        facts=facts,
        proposals=(stop(order, recommended=rule.harm == "contraindicated"),),
    )
