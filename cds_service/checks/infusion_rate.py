"""An ordered rate of infusion against the fastest that the drug's label describes.

Rows: `infusion_rates.csv`. A rate per kilogram and one without are compared by the last body weight; without a usable
one the check says that it could not look. A range or a titration counts with the highest rate that the order allows.
A dose with the time over which it is given is a rate too, for the drugs whose rows say that it counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.patient.latest import Latest, latest
from cds_service.checks.matching.targets import targets
from cds_service.checks.registry import check
from cds_service.checks.stating.limits import Above, above_limit
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.infusion_rates import InfusionRate
from cds_service.terminology.infusion_rates import Rate, rates_in, rates_over
from cds_service.terminology.vocabulary import Drug

_WEIGHT_DAYS = 365


@check(
    id="infusion-rate",
    service="medication-safety",
    topic="dose-limit",
    hooks=("order-select", "order-sign"),
    needs=("vitals",),
)
def infusion_rate(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the rate of infusion that the order states with the fastest that the drug's label gives."""
    for order, drug, rows in targets(chart, knowledge, InfusionRate):
        weight = latest(chart, "weight", _WEIGHT_DAYS)
        yield from _judge(order, drug, rows, list(rates_in(order.sig.text)), weight)
        whole = [row for row in rows if row.doses]
        if whole:
            yield from _judge(order, drug, whole, list(rates_over(order.sig.text)), weight)


def _judge(
    order: Medication, drug: Drug, rows: list[InfusionRate], rates: list[Rate], weight: Latest
) -> Iterator[Finding | NotAssessed]:
    """Of several rows about one drug the one that allows most: they are for different uses."""
    times = {
        (rate, row): times
        for rate in rates
        for row in rows
        if (times := rate.in_terms_of(row.most, weight.value)) is not None
    }
    for rate in rates:
        allowed = min((row for row in rows if (rate, row) in times), key=lambda row: times[rate, row], default=None)
        if allowed is None:
            yield NotAssessed(f"{_why(weight)}: the rate of {drug.name} was not compared with its maximum", order.ref)
            return
        if times[rate, allowed] > 1:
            yield _finding(order, drug, allowed, rate, times[rate, allowed], weight)
            return


def _why(weight: Latest) -> str:
    if weight.value is not None:
        return "the units of the rate do not compare with the label's"
    return weight.reason if weight.found else "no body weight on record"


def _finding(order: Medication, drug: Drug, row: InfusionRate, rate: Rate, times: float, weight: Latest) -> Finding:
    above = Above(rate.words, row.most.words, times, times >= row.critical_times)
    weighed = (weight.fact,) if rate.per_kilogram != row.most.per_kilogram and weight.fact else ()
    return above_limit(
        row,
        order,
        drug.rxcui,
        above,
        summary=f"{drug.name} at {above.ordered}: {above.words} of {above.most}; {row.summary}",
        labels=("Ordered rate", "Maximum of the label"),
        after=weighed,
    )
