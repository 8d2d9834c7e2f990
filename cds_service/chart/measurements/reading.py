"""Observation -> Measurement, in the one unit of its kind. What cannot be read keeps the reason, and is no number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import orjson

from cds_service.chart.dates import moment_of
from cds_service.chart.fhir_json import Resource, codings, modified, number, obj, reference, text
from cds_service.chart.measurements.measured import Measurement, Measurements
from cds_service.chart.memory import remembered
from cds_service.chart.supplied import Supplied
from cds_service.facts import Origin
from cds_service.terminology.observables import BY_LOINC, EGFR, OBSERVABLES, Implausible, Observable
from cds_service.terminology.systems import LOINC
from cds_service.terminology.unit_names import contradict
from cds_service.terminology.units import Quantity, UnitNotUnderstood

_VALID = frozenset({"final", "amended", "corrected", "preliminary"})
_BOUND = re.compile(r"\s*(?P<comparator>[<>]=?)\s*(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s<>].*)?")
_SAYING = ("status", "valueQuantity", "valueString", "modifierExtension")  # what was found, and nothing of whom


@dataclass(frozen=True, slots=True)
class _Reading:
    value: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    problem: str | None = None


def read_measurements(supplied: Supplied, what: str) -> Measurements:
    """Observations of the kinds we know. Cancelled and entered-in-error ones are left out."""
    wanted, notes = supplied.only({"Observation"}, what)
    unread: defaultdict[str, list[Callable[[], Measurement]]] = defaultdict(list)
    doubtful = False
    for resource in wanted.resources:
        kinds = kinds_of(resource.get("code")) if text(resource.get("status")) in _VALID else {}
        doubtful = doubtful or len(kinds) > 1
        if len(kinds) == 1:
            ((kind, rank),) = kinds.items()
            unread[kind].append(partial(_measurement, resource, kind, rank))
    if doubtful:
        notes = (*notes, f"{what}: a result that is coded as two different things was not used")
    return Measurements(wanted.state, unread, notes)


@remembered
def kinds_of(code_element: bytes) -> dict[str, int]:
    """What a `code` says is measured, by the key of its kind, each with the rank of its best LOINC code."""
    ranks: dict[str, int] = {}
    for system, code, _ in codings(orjson.loads(code_element)):
        if system == LOINC and code in BY_LOINC:
            kind = BY_LOINC[code]
            ranks[kind.key] = min(kind.loinc.index(code), ranks.get(kind.key, len(kind.loinc)))
    return ranks


def _measurement(resource: Resource, kind: str, rank: int) -> Measurement:
    observable = OBSERVABLES[kind]
    reading, shown = _said([kind, {name: resource[name] for name in _SAYING if name in resource}])
    period = obj(resource.get("effectivePeriod"))
    moments = (
        *(resource.get("effectiveDateTime"), resource.get("effectiveInstant")),
        *(period.get("end"), period.get("start"), resource.get("issued")),
    )
    return Measurement(
        kind=observable.key,
        label=observable.label,
        value=reading.value,
        unit=observable.unit,
        shown=shown,
        origin=Origin("coded", reference(resource)),
        at=next(filter(None, map(moment_of, moments)), None),
        at_least=reading.at_least,
        at_most=reading.at_most,
        problem=reading.problem,
        rank=rank,
    )


@remembered
def _said(kind_and_elements: bytes) -> tuple[_Reading, str]:
    """The value and its words: the same results stand in many charts, and many times in one."""
    kind, elements = orjson.loads(kind_and_elements)
    reading = _read(elements, OBSERVABLES[kind])
    return reading, _shown(elements, reading.value, OBSERVABLES[kind])


def _read(resource: Resource, observable: Observable) -> _Reading:
    quantity = obj(resource.get("valueQuantity")) or _in_words(text(resource.get("valueString")), observable)
    value = number(quantity.get("value"))
    if modified(resource):
        return _Reading(problem="it carries a modifier extension that is not known here")
    if value is None:
        return _Reading(problem="the value is not a number")
    if contradict(text(quantity.get("code")), text(quantity.get("unit"))):
        return _Reading(problem="check value: its unit and the code of its unit differ")
    try:
        converted = observable.read(Quantity(value, _unit(quantity, observable)))
    except UnitNotUnderstood as error:
        return _Reading(problem=f"check value: {error}")
    except (Implausible, ValueError):
        return _Reading(problem="check value: it is not plausible")
    return _bounded(converted, text(quantity.get("comparator")))


def _in_words(said: str, observable: Observable) -> Resource:
    """The quantity of a text such as ">60 mL/min": a bound, which many laboratories send so. An eGFR has its unit by
    definition, and leaves it out. Every other text is no result that is used."""
    bound = _BOUND.fullmatch(said)
    if not bound:
        return {}
    unit = (bound["unit"] or "").strip() or (observable.unit if observable is EGFR else "")
    return {"value": float(bound["value"]), "unit": unit, "comparator": bound["comparator"]}


def _bounded(value: float, comparator: str) -> _Reading:
    """A value with a comparator is no value, but a bound."""
    if not comparator:
        return _Reading(value)
    reading = _Reading(problem=f"given only as {comparator}{figure(value)}")
    if comparator in (">", ">="):
        return replace(reading, at_least=value)
    return replace(reading, at_most=value) if comparator in ("<", "<=") else reading


def _unit(quantity: Resource, observable: Observable) -> str:
    """The unit as sent. An eGFR sent as plain mL/min is indexed to 1.73 m2 by definition of its LOINC code, and many
    laboratories leave that out; nothing else about a unit is supplied."""
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    return EGFR.unit if observable is EGFR and unit.lower().replace(" ", "") == "ml/min" else unit


def _shown(resource: Resource, value: float | None, observable: Observable) -> str:
    """What the chart says, and the figure that it was read as where that is another one."""
    quantity = obj(resource.get("valueQuantity"))
    sent, unit = number(quantity.get("value")), text(quantity.get("unit")) or text(quantity.get("code"))
    words = f"{text(quantity.get('comparator'))}{sent:.10g} {unit_words(unit)}".strip() if sent is not None else ""
    words = words or text(resource.get("valueString"))[:40] or "no value"
    if value is not None and figure(value) != f"{sent:.10g}":
        words += f" = {figure(value)} {unit_words(observable.unit)}".rstrip()
    return f"{words} (preliminary)" if text(resource.get("status")) == "preliminary" else words


def figure(value: float) -> str:
    """A value as it is shown to people: two decimals at most."""
    return f"{round(value, 2):.10g}"


def unit_words(unit: str) -> str:
    """A unit as people write it; an annotation that is no unit is left out."""
    return "" if unit.startswith("{") else unit.replace("/{1.73_m2}", "/1.73 m2")
