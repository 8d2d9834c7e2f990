"""Which tests are among the drafts, and which have been resulted and when: by LOINC code, whatever the value says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from cds_service.chart.dates import day_of
from cds_service.chart.fhir_json import Resource, codings, label_of, obj, reference, text
from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.facts import Fact, OrderRef, Origin
from cds_service.terminology.systems import LOINC

_VALID = frozenset({"final", "amended", "corrected", "preliminary"})


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A laboratory order among the drafts, with its LOINC codes."""

    ref: OrderRef
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class PastResult:
    """A test that was resulted on a day; the value is what a chart would show of it."""

    label: str
    shown: str
    on: date
    reference: str

    def fact(self, note: str | None = None) -> Fact:
        return Fact(self.label, self.shown, Origin("coded", self.reference), self.on, note)


@dataclass(frozen=True)
class Results:
    """The laboratory results of a chart; read when somebody asks whether a test was done."""

    supplied: Supplied = field(default=ABSENT, repr=False)

    @property
    def known(self) -> bool:
        return self.supplied.known

    def newest(self, codes: Collection[str]) -> PastResult | None:
        """The newest result that carries one of these LOINC codes; None when none of those supplied does."""
        found = (self._newest[code] for code in codes if code in self._newest)
        return max(found, key=lambda result: result.on, default=None)

    @cached_property
    def _newest(self) -> dict[str, PastResult]:
        newest: dict[str, PastResult] = {}
        for resource in self.supplied.resources:
            result = _result(resource)
            for code in _loinc(resource) if result else ():
                if result and (code not in newest or newest[code].on < result.on):
                    newest[code] = result
        return newest


def planned_tests(orders: Iterable[Resource]) -> Iterator[PlannedTest]:
    """The laboratory orders among the drafts that ask for the test to be done."""
    for order in orders:
        if order["resourceType"] == "ServiceRequest" and order.get("doNotPerform") is not True:
            yield PlannedTest(OrderRef(reference(order), label_of(order.get("code")) or "test"), _loinc(order))


def _loinc(resource: Resource) -> frozenset[str]:
    return frozenset(code for system, code, _ in codings(resource.get("code")) if system == LOINC)


def _result(resource: Resource) -> PastResult | None:
    period = obj(resource.get("effectivePeriod"))
    moments = (
        *(resource.get("effectiveDateTime"), resource.get("effectiveInstant")),
        *(period.get("end"), period.get("start"), resource.get("issued")),
    )
    on = next(filter(None, map(day_of, moments)), None)
    if resource.get("resourceType") != "Observation" or text(resource.get("status")) not in _VALID or on is None:
        return None
    quantity = obj(resource.get("valueQuantity"))
    unit = text(quantity.get("unit")) or text(quantity.get("code"))
    value = quantity.get("value")
    shown = f"{value} {unit}".strip() if isinstance(value, int | float) else text(resource.get("valueString"))
    return PastResult(label_of(resource.get("code")) or "result", shown[:60] or "resulted", on, reference(resource))
