"""The dose of an order: structured fields first, else the words of its sig."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cds_service.chart.fhir_json import Resource, labels_of, modified, number, obj, objects, text
from cds_service.terminology.sig import Sig, read_sig
from cds_service.terminology.unit_names import contradict

_PER_DAY = {"s": 86400.0, "min": 1440.0, "h": 24.0, "d": 1.0, "wk": 1 / 7, "mo": 1 / 30}
_MOST_DOSES_PER_DAY = 288.0
_LARGEST_DOSE = 1e7
_UCUM_UNITS = re.compile(r"\[i?u\]", re.IGNORECASE)
# A dose counted in these is multiplied by what one of them holds; any other dose unit stands for itself.
_COUNTED = re.compile(r"\W*(tab|tbl|tablet|cap|capsule|pill|each|ea|1)(?:s|\(s\))?\W*", re.IGNORECASE)
# "Take" goes on in the middle of a line; a brand that the directions begin with keeps its capital.
_VERB_AHEAD = re.compile(
    r"^(?:Take|Give|Use|Inject|Apply|Inhale|Instill|Insert|Place|Spray|Chew|Dissolve|Swish|One|Two|Half)\b"
)


def dosages_of(resource: Resource) -> list[Resource]:
    """The dosage elements, which requests and statements call by two names."""
    return objects(resource.get("dosageInstruction") or resource.get("dosage"))


def sig_text(resource: Resource) -> str:
    """The words of the dosage instructions, in order."""
    return " ".join(filter(None, (text(dosage.get("text")) for dosage in dosages_of(resource))))


def one_line(name: str, directions: str) -> str:
    """The drug and then the directions, as people read it; what both say stands once."""
    if not name or not directions or name == directions:
        return name or directions
    return f"{name}, {_VERB_AHEAD.sub(lambda verb: verb[0].lower(), directions)}"


def sig_of(resource: Resource, order_words: str, ingredients: int) -> Sig:
    """The sig of `order_words` and of the dosage text; structured dose and timing, where given, stand in its place.

    Several dosages (a taper, a morning and an evening dose) are not summed, and the dose of a combination is not
    divided among its ingredients: the dose is then unknown.
    """
    read = read_sig(f"{order_words} {sig_text(resource)}")
    dosages = dosages_of(resource)
    if len(dosages) > 1:
        return replace(_without_dose(read, "it has several dosages"), times_per_day=None)
    if any(map(modified, dosages)):
        return replace(_without_dose(read, "its dosage carries an unknown modifier extension"), times_per_day=None)
    for dosage in dosages:
        read = _with_dose(read, dosage, order_words)
        times = _times_per_day(obj(dosage.get("timing")))
        if times is not None:
            read = replace(read, times_per_day=times)
        read = replace(read, text=" ".join((read.text, *_rate_words(dosage))))
    return of_several_drugs(read) if ingredients > 1 else read


def of_several_drugs(sig: Sig) -> Sig:
    """The same without its dose, which is of all of them."""
    return replace(_without_dose(sig, "it holds several drugs"), per_ml=None)


def structured_dose(dosage: Resource) -> tuple[float, str] | None:
    """(value, unit) of the first dose in its fields; None when there is none, or it cannot be read."""
    return next((_dose(rate) for rate in objects(dosage.get("doseAndRate"))), None)


def structured_times_per_day(dosage: Resource) -> float | None:
    """How often a day the timing's fields say; None when they do not, or say it in words alone."""
    timing = obj(dosage.get("timing"))
    return _times_per_day(timing) if obj(timing.get("repeat")).get("period") is not None else None


def _without_dose(read: Sig, reason: str | None) -> Sig:
    return replace(
        read,
        dose_value=None,
        dose_unit=None,
        strength_value=None,
        strength_unit=None,
        unit_assumed=False,
        reason=reason,
    )


def _with_dose(read: Sig, dosage: Resource, order_words: str) -> Sig:
    """The structured dose. What one tablet holds counts only where tablets are counted."""
    doses = [_dose(rate) for rate in objects(dosage.get("doseAndRate"))]
    if not doses:
        return read
    if doses[0] is None:
        return _without_dose(read, "the structured dose is not readable")
    value, unit = doses[0]
    if not _COUNTED.fullmatch(unit):
        return replace(_without_dose(read, None), dose_value=value, dose_unit=unit)
    if read.strength_value is None:
        read = _with_strength(_without_dose(read, None), read_sig(order_words))
    return replace(read, dose_value=value, dose_unit="tablet")


def _with_strength(read: Sig, product: Sig) -> Sig:
    """In "metformin 500 MG Oral Tablet" the mass is a strength: it comes without a frequency."""
    if product.strength_value is not None:
        return replace(read, strength_value=product.strength_value, strength_unit=product.strength_unit)
    if product.times_per_day is not None or product.dose_unit in (None, "tablet", "capsule", "pill"):
        return read
    return replace(
        read,
        strength_value=product.dose_value,
        strength_unit=product.dose_unit,
        unit_assumed=product.unit_assumed,
    )


def _rate_words(dosage: Resource) -> Iterator[str]:
    """The rates of its fields in the words of an order, "0.5 ug/kg/min"; a ratio counts that is per one h or min."""
    for rate in objects(dosage.get("doseAndRate")):
        ratio = obj(rate.get("rateRatio"))
        over = obj(ratio.get("denominator"))
        plain = obj(rate.get("rateQuantity")) or obj(obj(rate.get("rateRange")).get("high"))
        quantity, per = (obj(ratio.get("numerator")), f"/{_unit(over)}") if ratio else (plain, "")
        value = number(quantity.get("value"))
        if value is not None and 0 < value < _LARGEST_DOSE and (not ratio or number(over.get("value")) == 1):
            yield f"{value:.10g} {_unit(quantity)}{per}"


def _unit(quantity: Resource) -> str:
    """[U] and [IU] as people write them."""
    return _UCUM_UNITS.sub("units", text(quantity.get("code")) or text(quantity.get("unit")) or "")


def _dose(rate: Resource) -> tuple[float, str] | None:
    quantity = obj(rate.get("doseQuantity")) or obj(obj(rate.get("doseRange")).get("high"))
    value, code, shown = number(quantity.get("value")), text(quantity.get("code")), text(quantity.get("unit"))
    unit = "" if contradict(code, shown) else code or shown
    return (value, unit) if value is not None and 0 < value < _LARGEST_DOSE and unit else None


def _times_per_day(timing: Resource) -> float | None:
    """The mean, the most that the timing allows; a timing that is only a code (BID) is read like the word."""
    repeat = obj(timing.get("repeat"))
    period, unit = number(repeat.get("period")), text(repeat.get("periodUnit"))
    if period is None:
        coded = (read_sig(label).times_per_day for label in _timing_words(timing))
        return next((times for times in coded if times is not None), None)
    if period <= 0 or unit not in _PER_DAY:
        return None
    frequency = number(repeat.get("frequencyMax")) or number(repeat.get("frequency")) or 1.0
    times = max(frequency, _moments(repeat)) * _PER_DAY[unit] / period
    return times if 0 < times <= _MOST_DOSES_PER_DAY else None


def _timing_words(timing: Resource) -> Iterator[str]:
    yield from labels_of(timing.get("code"))
    yield from (text(coding.get("code")) for coding in objects(obj(timing.get("code")).get("coding")))


def _moments(repeat: Resource) -> float:
    """How many moments of the day are listed ("MORN", "EVE")."""
    listed = [moments for name in ("when", "timeOfDay") if isinstance(moments := repeat.get(name), list)]
    return float(max(map(len, listed), default=0))
