"""Observation -> Done: that something was measured or asked, and what was found, whatever the value says.

An observation that says why it has no value was not done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.chart.care.done import Done, DoneRecord, named, short_text
from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.fhir_json import Resource, label_of, modified, number, obj, objects, reference, text
from cds_service.chart.measurements.reading import unit_words
from cds_service.chart.supplied import Supplied

_VALID = frozenset({"final", "amended", "corrected", "preliminary"})


def observed(keys: Mapping[str, Supplied]) -> DoneRecord:
    """`keys`: labs, vitals, screenings and social."""
    return DoneRecord("observations", keys, frozenset({"Observation"}), "code", _read)


def _read(resource: Resource) -> Done | None:
    if text(resource.get("status")) not in _VALID:
        return None
    values = list(filter(None, _values(resource)))
    if not values and resource.get("dataAbsentReason"):
        return None
    when = next(filter(None, _moments(resource)), None)
    return Done(
        label=named(resource, resource.get("code"), "observation"),
        shown=short_text(" / ".join(values)) or "resulted",
        reference=reference(resource),
        on=day_of(when),
        latest=last_day_of(when),
        problem="it carries a modifier extension that is not known here" if modified(resource) else "",
    )


def _moments(resource: Resource) -> tuple[object, ...]:
    period = obj(resource.get("effectivePeriod"))
    return (
        *(resource.get("effectiveDateTime"), resource.get("effectiveInstant")),
        *(period.get("end"), period.get("start"), resource.get("issued")),
    )


def _values(resource: Resource) -> Iterator[str]:
    yield _value(resource)
    yield from map(_value, objects(resource.get("component")))


def _value(part: Mapping[str, object]) -> str:
    quantity = obj(part.get("valueQuantity"))
    amount = number(quantity.get("value"))
    if amount is not None:
        unit = unit_words(text(quantity.get("unit")) or text(quantity.get("code")))
        return f"{text(quantity.get('comparator'))}{amount:.10g} {unit}".strip()
    whole = part.get("valueInteger")
    if isinstance(whole, int) and not isinstance(whole, bool):
        return str(whole)
    words = text(part.get("valueString")) or label_of(part.get("valueCodeableConcept"))
    return words or text(part.get("valueDateTime"))
