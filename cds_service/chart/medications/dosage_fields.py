"""A FHIR Dosage -> Directions: what its fields state, in the parts that typed directions are read into.

All or nothing, as with text: a field that is not understood makes the whole abstain.
"""

from __future__ import annotations

from dataclasses import replace

from cds_service.chart.fhir_json import Resource, codings, label_of, labels_of, modified, number, obj, objects, text
from cds_service.terminology.directions.amounts import unit_of
from cds_service.terminology.directions.parts import PERIODS_PER_DAY, Amount, Directions, Limit, Span, Timing
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.directions.words import DAYS, MOMENTS, PERIODS
from cds_service.terminology.routes import ROUTE_CODES

_ROUTES = {code: route for route, (code, _) in ROUTE_CODES.items()}
_KNOWN = frozenset(
    {"frequency", "period", "periodUnit", "periodMax", "when", "timeOfDay", "dayOfWeek", "boundsDuration"}
)
_BOUNDS = frozenset({"boundsPeriod"})  # since when and until when; no part of how it is taken
_PER = {"h": "h", "d": "d", "wk": "wk", "mo": "mo"}


class _Unclear(Exception):
    """A field that is not understood; its words say which."""


def directions_of(dosage: Resource) -> Directions:
    """What the fields of one dosage state; its text is not looked at."""
    try:
        read = _read(dosage)
    except _Unclear as unclear:
        return Directions("", abstained=str(unclear))
    if read.dose is None and read.timing is None:
        return Directions("", abstained="neither a dose nor a frequency is stated")
    return read


def _read(dosage: Resource) -> Directions:
    if modified(dosage):
        raise _Unclear("it carries a modifier extension that is not known here")
    repeat = obj(obj(dosage.get("timing")).get("repeat"))
    reason = label_of(dosage.get("asNeededCodeableConcept"))
    return Directions(
        "",
        dose=_dose(dosage),
        timing=_timing(dosage, repeat),
        as_needed=bool(reason) or dosage.get("asNeededBoolean") is True,
        reason=reason.lower() or None,
        route=_route(dosage),
        duration=_duration(repeat),
        limit=_limit(dosage),
    )


def _dose(dosage: Resource) -> Amount | None:
    rates = list(objects(dosage.get("doseAndRate")))
    if len(rates) > 1 or any(name.startswith("rate") for rate in rates for name in rate):
        raise _Unclear("its dose is a rate, or stands several times")
    if not rates:
        return None
    (rate,) = rates
    ends = obj(rate.get("doseRange"))
    if ends:
        low, high = _amount(ends.get("low")), _amount(ends.get("high"))
        if low.unit != high.unit:
            raise _Unclear("the units of its dose differ")
        return replace(high, low=low.high if low.high < high.high else None)
    return _amount(rate["doseQuantity"]) if rate.get("doseQuantity") else None


def _amount(quantity: object) -> Amount:
    of = obj(quantity)
    value, shown, code = number(of.get("value")), text(of.get("unit")), text(of.get("code"))
    known = {unit for unit in (unit_of(one.strip("[]{}")) for one in (shown, code) if one not in ("", "1")) if unit}
    if value is None or not 0 < value < 1e6 or of.get("comparator") or len(known) != 1:
        raise _Unclear("its dose is not understood")
    return Amount(value, known.pop())


def _timing(dosage: Resource, repeat: Resource) -> Timing | None:
    timing = obj(dosage.get("timing"))
    if set(repeat) - _KNOWN - _BOUNDS or timing.get("event"):
        raise _Unclear("its timing is not understood")
    if not repeat.get("periodUnit") and not repeat.get("when"):
        return _named(timing)
    when, days = _codes(repeat, "when", MOMENTS), _codes(repeat, "dayOfWeek", DAYS)
    hours = tuple(one[:5] for one in repeat.get("timeOfDay") or () if isinstance(one, str))
    frequency = number(repeat.get("frequency")) or float(len(when) or len(hours) or 1)
    period, unit = number(repeat.get("period")) or 1.0, text(repeat.get("periodUnit")) or "d"
    if unit not in PERIODS_PER_DAY or period <= 0 or frequency <= 0:
        raise _Unclear("its timing is not understood")
    return Timing(frequency, period, unit, number(repeat.get("periodMax")), when, days, hours)


def _named(timing: Resource) -> Timing | None:
    """A timing that is a code or words alone ("BID") is read like the word."""
    words = [*labels_of(timing.get("code")), *(code for _, code, _ in codings(timing.get("code")))]
    if not words:
        return None
    read = next((found.timing for found in map(read_directions, words) if not found.abstained and found.timing), None)
    if read is None:
        raise _Unclear("its timing is not understood")
    return read


def _codes(repeat: Resource, name: str, known: object) -> tuple[str, ...]:
    listed = repeat.get(name) or []
    if not isinstance(listed, list) or not all(isinstance(one, str) and one in known for one in listed):  # type: ignore[operator]
        raise _Unclear("its timing is not understood")
    return tuple(listed)


def _route(dosage: Resource) -> str | None:
    concept = dosage.get("route")
    if not concept:
        return None
    coded = {_ROUTES[code] for _, code, _ in codings(concept) if code in _ROUTES}
    read = {found.route for label in labels_of(concept) if (found := read_directions(f"use daily {label}")).route}
    routes = coded or read
    if len(routes) != 1:
        raise _Unclear("its route is not understood")
    return routes.pop()


def _duration(repeat: Resource) -> Span | None:
    bounds = obj(repeat.get("boundsDuration"))
    if not bounds:
        return None
    value, unit = number(bounds.get("value")), text(bounds.get("code"))
    if value is None or value <= 0 or unit not in PERIODS or unit in ("min", "h"):
        raise _Unclear("its duration is not understood")
    return Span(value, unit)


def _limit(dosage: Resource) -> Limit | None:
    ratio = obj(dosage.get("maxDosePerPeriod"))
    if not ratio:
        return None
    most, over = _amount(ratio.get("numerator")), obj(ratio.get("denominator"))
    period, unit = number(over.get("value")), text(over.get("code"))
    if period is None or unit not in _PER:
        raise _Unclear("its limit is not understood")
    return Limit(most.high, (most.unit or "dose").replace("mL", "ml").replace("ug", "mcg"), period, unit)
