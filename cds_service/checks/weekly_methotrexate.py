"""Methotrexate by mouth ordered more often than the week's dose: daily instead of weekly has killed patients.

The weekly dose may be split over a day, so that up to three doses a week are let pass. Cancer, where it may be daily,
is known from the problem list or from the words of the order.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.physiology import problems_of
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.terminology.counting import counted

RULE, DRUG, MOST_A_WEEK = "methotrexate-weekly", "methotrexate", 3.0
_CANCER_WORDS = ("leukemia", "lymphoma", "osteosarcoma", "chemotherapy", "maintenance", "mycosis", "cancer")


@check(id="weekly-methotrexate", service="medication-safety", topic="dose-limit", hooks=("order-select", "order-sign"))
def weekly_methotrexate(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks at how often methotrexate by mouth is ordered: once a week is usual, and daily is a dangerous slip outside
    of cancer."""
    row = knowledge.keyed(LogicRule).get(RULE)
    for order in chart.orders:
        if all(drug.name != DRUG for drug in order.drugs) or "injection" in order.routes:
            continue
        times = order.sig.times_per_day
        if row is None:
            yield NotAssessed("how often methotrexate is given was not checked: rule not reviewed", order.ref)
        elif times is None:
            yield NotAssessed("how often methotrexate is to be given is not stated or not clear: weekly?", order.ref)
        elif times * 7 > MOST_A_WEEK + 0.01 and not _for_cancer(chart, order):
            yield _finding(row, order, times)


def _for_cancer(chart: Chart, order: Medication) -> bool:
    stated = " ".join((order.ref.text.lower(), *order.uses))
    return any(word in stated for word in _CANCER_WORDS) or bool(problems_of(chart, ("hematologic-cancer",)))


def _finding(row: LogicRule, order: Medication, times: float) -> Finding:
    drug = next(drug for drug in order.drugs if drug.name == DRUG)
    return finding_of(
        row,
        order,
        topic="dose-limit",
        concepts=(drug.rxcui,),
        summary=f"methotrexate {counted(times, 'time')} a day: {row.summary}",
        facts=(_frequency(order, times),),
        proposals=(stop(order, recommended=True),),
    )


def _frequency(order: Medication, times: float) -> Fact:
    by_day = f"{counted(times, 'time')} a day"
    return Fact("Ordered frequency", f"{counted(times * 7, 'time')} a week", order.origin, note=by_day)
