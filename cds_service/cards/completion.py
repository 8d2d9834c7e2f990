"""What directions state, as FHIR R4: `dosageInstruction` and `dispenseRequest` of a completed order.

Only what the text states is written. Moments of a day stand in `when` or `timeOfDay`, never beside a frequency that
would multiply them; meals that say how and not when stand as an additional instruction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.terminology.directions.moments import MEALS
from cds_service.terminology.directions.parts import Amount, Directions, Limit, Span, Timing
from cds_service.terminology.directions.words import instructions
from cds_service.terminology.routes import ROUTE_CODES
from cds_service.terminology.systems import SNOMED, UCUM, ingredient_coding

Resource = dict[str, Any]
_MASS = {"mg": "mg", "g": "g", "ug": "ug", "mL": "mL", "L": "L", "meq": "meq", "mmol": "mmol", "ng": "ng", "kg": "kg"}
_SHOWN = {"ug": "mcg", "unit": "units"}
_PERIODS = {"min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_HOW = {"AC": "before food", "PC": "after food", "C": "with food"}


def dosages(read: Directions) -> list[Resource]:
    """One dosage, or one for each phase in order."""
    phases = read.phases or (read,)
    numbered = [dosage(phase) for phase in phases]
    if len(numbered) > 1:
        return [{"sequence": number, **one} for number, one in enumerate(numbered, 1)]
    return numbered


def dosage(read: Directions) -> Resource:
    """The Dosage of directions without phases; its text is written from the same parts."""
    made: Resource = {"text": instructions(read)}
    how = [_HOW[code] for code in (read.timing.when if read.timing else ()) if code in MEALS]
    if how:
        made["additionalInstruction"] = [{"text": text} for text in how]
    repeat = _repeat(read.timing, read.duration)
    if repeat:
        made["timing"] = {"repeat": repeat}
    if read.as_needed:
        made |= {"asNeededCodeableConcept": {"text": read.reason}} if read.reason else {"asNeededBoolean": True}
    if read.route in ROUTE_CODES:
        code, display = ROUTE_CODES[read.route]
        made["route"] = {"coding": [{"system": SNOMED, "code": code, "display": display}], "text": display}
    if read.dose:
        made["doseAndRate"] = [_dose(read.dose)]
    if read.limit and read.limit.period:
        made["maxDosePerPeriod"] = _most(read.limit)
    return made


def dispense(read: Directions) -> Resource:
    """Quantity and refills; empty when the directions state neither."""
    made: Resource = {}
    if read.refills is not None:
        made["numberOfRepeatsAllowed"] = read.refills
    if read.quantity is not None:
        form = read.dose.unit if read.dose and read.dose.unit not in _MASS else None
        made["quantity"] = {"value": _number(read.quantity), **({"unit": form} if form else {})}
    return made


def _repeat(timing: Timing | None, duration: Span | None) -> Resource:
    made: Resource = {}
    if duration:
        made["boundsDuration"] = _quantity(duration.value, _PERIODS[duration.unit], duration.unit)
    if timing is None:
        return made
    moments = [code for code in timing.when if code not in MEALS]
    of_meals = any(code in MEALS for code in timing.when)
    if moments and not of_meals and len(moments) == timing.frequency:
        made["when"] = moments
    elif timing.hours:
        made["timeOfDay"] = [f"{hour}:00" for hour in timing.hours]
    else:
        made["frequency"] = _number(timing.frequency)
    made |= {"period": _number(timing.period), "periodUnit": timing.unit}
    if timing.slowest:
        made["periodMax"] = _number(timing.slowest)
    if timing.days:
        made["dayOfWeek"] = list(timing.days)
    return made


def _dose(amount: Amount) -> Resource:
    if amount.low is None:
        return {"doseQuantity": _measured(amount.high, amount.unit)}
    return {"doseRange": {"low": _measured(amount.low, amount.unit), "high": _measured(amount.high, amount.unit)}}


def _most(limit: Limit) -> Resource:
    period, unit = limit.period or 1.0, limit.period_unit or "d"
    return {
        "numerator": _measured(limit.amount, limit.unit.replace("ml", "mL").replace("mcg", "ug")),
        "denominator": _quantity(period, _PERIODS[unit], unit),
    }


def _measured(value: float, unit: str | None) -> Resource:
    """A quantity in UCUM where the unit is one; else in the text's own word for the form."""
    if unit is None:
        return {"value": _number(value)}
    mass, _, per = unit.partition("/")
    if mass in _MASS:
        code = f"{_MASS[mass]}/{per}" if per else _MASS[mass]
        return _quantity(value, unit.replace("ug", "mcg"), code)
    return {"value": _number(value), "unit": _SHOWN.get(unit, unit)}


def _quantity(value: float, shown: str, code: str) -> Resource:
    return {"value": _number(value), "unit": shown, "system": UCUM, "code": code}


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def completed(draft: Mapping[str, Any], drug: Mapping[str, str] | None, read: Directions) -> Resource:
    """The draft with structured fields in place of text alone. What it has already stays; the typed words stay.

    Only one medication[x] is left: the concept, coded when the order is of one ingredient.
    """
    kept = {name: value for name, value in draft.items() if name != "medicationReference"}
    concept = dict(draft.get("medicationCodeableConcept") or {})
    coding = ingredient_coding(drug["rxcui"], drug["name"]) if drug else []
    if coding and not concept.get("coding"):
        concept["coding"] = coding
    own = [one for one in draft.get("dosageInstruction") or () if isinstance(one, dict)]
    instructions = [{**(own[0] if len(own) == 1 else {}), **one} for one in dosages(read)]
    given = draft.get("dispenseRequest")
    supply = {**dispense(read), **(given if isinstance(given, dict) else {})}
    return {
        **kept,
        **({"medicationCodeableConcept": concept} if concept else {}),
        "dosageInstruction": instructions,
        **({"dispenseRequest": supply} if supply else {}),
    }
