"""The value that a limit of a row speaks of: the newest result, or the kidney function computed from several."""

from __future__ import annotations

from cds_service.chart import Chart
from cds_service.chart.patient.kidney import creatinine_clearance, estimated_gfr
from cds_service.chart.patient.latest import latest
from cds_service.facts import Fact
from cds_service.knowledge.conditions import Limit

_KIDNEY = {"egfr": estimated_gfr, "crcl": creatinine_clearance}


def measured(chart: Chart, limit: Limit, days: int) -> tuple[bool, tuple[Fact, ...]]:
    """Whether it is known and the limit holds, and the facts behind it; `days`: how old it may be."""
    if limit.what in _KIDNEY:
        kidney = _KIDNEY[limit.what](chart, days)
        return kidney.value is not None and limit.holds(kidney.value), kidney.facts
    newest = latest(chart, limit.what, days)
    return newest.value is not None and limit.holds(newest.value), (newest.fact,) if newest.fact else ()
