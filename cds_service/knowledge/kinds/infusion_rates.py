"""`infusion_rates.csv`: the fastest infusion of a drug that its label describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.about import DrugRow, drug_columns
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, kind
from cds_service.terminology.infusion_rates import Rate, rates_in

CRITICAL_TIMES = 5.0
TENFOLD = 10


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionRate(DrugRow):
    """`most` is the fastest rate, of an infusion, or with `doses` of a whole dose that runs in over a stated time too
    (not so where a loading dose runs in faster than what follows); `usual` an order of a usual one, from which the row
    is proved: silent at that, loud at ten times that. From `critical_times` the maximum on a rate is a slip."""

    table: ClassVar[str] = "infusion_rates.csv"
    noun: ClassVar[str] = "infusion rates"
    topic: ClassVar[str] = "dose-limit"
    most: Rate
    doses: bool
    critical_times: float
    usual: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        rates = list(rates_in(cells.required("max_rate")))
        if len(rates) != 1 or rates[0].words != cells.text("max_rate"):
            raise cells.wrong("max_rate is not one rate of infusion")
        return cls(
            **drug_columns(cells, context),
            most=rates[0],
            doses=cells.flag("doses", optional=True),
            critical_times=cells.number("critical_times") or CRITICAL_TIMES,
            usual=cells.required("usual"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            times = [rate.in_terms_of(row.most, None) for rate in rates_in(row.usual)]
            row.require(len(times) == 1 and times[0] is not None, f"{row.usual!r} does not state one rate in its terms")
            usual = times[0] or 0.0
            row.require(usual <= 1, "the usual rate is above the maximum")
            row.require(usual * TENFOLD > 1, "ten times the usual rate is still within the maximum")
            row.require(row.critical_times > 1, "critical_times must be above 1")

    def title(self, knowledge: AllRows) -> str:
        return f"{self.drugs_title(knowledge)}: fastest infusion"
