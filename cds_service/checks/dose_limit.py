"""An ordered dose against the most that the drug's label allows, at a time and in a day, by route.

Rows: `dose_limits.csv`. The dose is the most that the directions allow; a mean over days where it is given weekly. A
dose many times the maximum is a slip of the decimal point or of the unit. A dose that the directions do not state, and
that of one drug among several in a tablet, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.checks.proposing import stop
from cds_service.checks.registry import check
from cds_service.checks.targeting import by_route
from cds_service.facts import Fact
from cds_service.findings import Display, Finding, Harm, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.terminology.vocabulary import Drug


@check(
    id="dose-limit",
    service="medication-safety",
    topic="dose-limit",
    hooks=("order-select", "order-sign"),
)
def dose_limit(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the single and the daily dose that the order states with the highest that the drug's label gives."""
    for order, drug in ((one, drug) for one in chart.orders for drug in one.drugs):
        rows = [row for row in knowledge.for_drug(DoseLimit, drug) if row.speaks_of(drug) and by_route(row, order)]
        if not rows:
            continue
        row = _row_of(order, rows)
        daily = order.sig.daily(row.dose_unit, assume=True)
        most = row.max_daily_dose or 0.0
        if daily is None and order.sig.dose_value is None and order.sig.reason and len(order.drugs) == 1:
            yield NotAssessed(
                f"{order.sig.reason}: the dose of {drug.name} was not compared with its maximum", order.ref
            )
        if daily is not None and float(daily.value) > most:
            yield _finding(order, drug, row, float(daily.value), most, "a day")
            continue
        single = order.sig.single(row.dose_unit)
        if single is not None and row.max_single is not None and float(single.value) > row.max_single:
            yield _finding(order, drug, row, float(single.value), row.max_single, "at a time")


def _row_of(order: Medication, rows: list[DoseLimit]) -> DoseLimit:
    """Of several routes the order's own; where it states none, the one that allows most."""
    own = [row for row in rows if order.routes & row.routes]
    return max(own or rows, key=lambda row: (row.max_daily_dose or 0.0, row.id))


def _finding(order: Medication, drug: Drug, row: DoseLimit, dose: float, most: float, per: str) -> Finding:
    slip = dose >= most * row.critical_times
    harm: Harm = "contraindicated" if slip else row.harm
    display: Display = "critical" if slip else row.display
    assumed = f"; {row.dose_unit} was assumed" if order.sig.unit_assumed else ""
    stated = Fact("Ordered dose", f"{dose:g} {row.dose_unit} {per}", order.origin, note=f"the most{assumed}")
    limit = Fact("Maximum of the label", f"{most:g} {row.dose_unit} {per}", order.origin)
    times = f"{dose / most:.0f} times the maximum" if slip else "above the maximum"
    return Finding(
        topic="dose-limit",
        rule=row.id,
        harm=harm,
        display=display,
        subject=order.ref,
        concepts=(drug.rxcui,),
        summary=f"{drug.name} {dose:g} {row.dose_unit} {per}: {times} of {most:g} {row.dose_unit}{_why(row)}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), stated, limit),
        proposals=(stop(order, recommended=slip),),
    )


def _why(row: DoseLimit) -> str:
    return f"; {row.summary}" if row.summary else ""
