"""Where the words of an order and its fields contradict each other: the drug, the dose, how often, the route.

Only what both sides state clearly is compared: words that are not read whole, several dosages and fields without a
value are left alone. A field that lies within a range of the words agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cds_service.chart.fhir_json import Resource, codings, obj, text
from cds_service.chart.medications.dosing import dosages_of, structured_dose, structured_times_per_day
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.naming import CONTRADICTED
from cds_service.terminology.counting import counted
from cds_service.terminology.directions.amounts import unit_of
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.routes import route_of_snomed, routes_in
from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert

_WITHIN = 0.06  # of a frequency, as "every 8 hours" is three times a day; of a dose a hundredth
_DOSE_WITHIN = 0.01


@dataclass(frozen=True, slots=True)
class Conflict:
    """`about` is `unread` where the words could not be compared; `field` is empty where only the words say it."""

    about: Literal["drug", "dose", "frequency", "route", "unread"]
    words: str
    field: str = ""


def conflicts(order: Medication) -> Iterator[Conflict]:
    """Where its words and its fields differ, and where that could not be told."""
    yield from (Conflict("drug", note) for note in order.notes if CONTRADICTED in note)
    dosages = list(dosages_of(order.resource))
    if len(dosages) != 1 or not text(dosages[0].get("text")):
        return
    (dosage,) = dosages
    words = text(dosage.get("text"))
    read = read_directions(words)
    if read.abstained and _has_fields(dosage):
        yield Conflict("unread", words)
    if not read.abstained and not read.phases:
        yield from _frequency(read, dosage)
        yield from _dose(read, dosage)
    yield from _route(words, dosage)


def _has_fields(dosage: Resource) -> bool:
    return structured_dose(dosage) is not None or structured_times_per_day(dosage) is not None


def _frequency(read: Directions, dosage: Resource) -> Iterator[Conflict]:
    times = structured_times_per_day(dosage)
    if read.timing is None or times is None:
        return
    least, most = read.timing.least_per_day, read.timing.per_day
    if not least * (1 - _WITHIN) <= times <= most * (1 + _WITHIN):
        yield Conflict("frequency", f"{counted(most, 'time')} a day", f"{counted(times, 'time')} a day")


def _dose(read: Directions, dosage: Resource) -> Iterator[Conflict]:
    stated, field = read.dose, structured_dose(dosage)
    if stated is None or stated.assumed or stated.unit is None or field is None:
        return
    value, unit = field
    try:
        counted = unit_of(unit.strip("{}")) == stated.unit  # tablets are tablets, and no unit of measure
        high = stated.high if counted else float(convert(Quantity(stated.high, stated.unit), unit).value)
    except UnitNotUnderstood:
        return
    low = high * (stated.low or stated.high) / stated.high
    if not low * (1 - _DOSE_WITHIN) <= value <= high * (1 + _DOSE_WITHIN):
        yield Conflict("dose", f"{stated.high:g} {stated.unit}", f"{value:g} {unit}")


def _route(words: str, dosage: Resource) -> Iterator[Conflict]:
    coded = {route for _, code, _ in codings(dosage.get("route")) if (route := route_of_snomed(code))}
    stated = routes_in(words)
    if coded and stated and coded.isdisjoint(stated):
        field = text(obj(dosage.get("route")).get("text")) or ", ".join(sorted(coded))
        yield Conflict("route", ", ".join(sorted(stated)), field)
