"""Directions written out from what was read, always in the same words: what a person checks and what is read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cds_service.terminology.directions.amounts import FORMS
from cds_service.terminology.directions.parts import Amount, Directions, Limit, Timing

_VERBS = {
    **{"inhaled": "inhale", "subcutaneous": "inject", "intramuscular": "inject", "intravenous": "give"},
    **{"topical": "apply", "transdermal": "apply", "rectal": "insert", "vaginal": "insert", "nasal": "use"},
    **{"ophthalmic": "instill", "otic": "instill", "intrathecal": "give", "epidural": "give"},
    **{"intraperitoneal": "give", "intradermal": "inject", "intravitreal": "inject", "intra-articular": "inject"},
    **{"nasogastric": "give", "gastrostomy": "give"},
}
_COUNTED_FORMS = frozenset(FORMS.values()) - {"tsp", "tbsp"}
_PLURALS = {"patch": "patches", "suppository": "suppositories", "inch": "inches", "gummy": "gummies"}
_ROUTES = {
    **{"oral": "by mouth", "sublingual": "sublingually", "inhaled": "inhaled", "nasal": "intranasally"},
    **{"subcutaneous": "subcutaneously", "intravenous": "intravenously", "intramuscular": "intramuscularly"},
    **{"rectal": "rectally", "vaginal": "vaginally", "transdermal": "transdermally", "topical": "topically"},
    **{"ophthalmic": "ophthalmic", "otic": "otic", "buccal": "buccally", "intrathecal": "intrathecally"},
    **{"epidural": "epidurally", "intraperitoneal": "intraperitoneally", "intradermal": "intradermally"},
    **{"intravitreal": "intravitreally", "intra-articular": "intra-articularly"},
    **{"nasogastric": "by nasogastric tube", "gastrostomy": "by gastrostomy tube"},
}
PERIODS = {"min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_UNIT_WORDS = {"ug": "mcg", "unit": "units"}
MOMENTS = {
    **{"HS": "at bedtime", "MORN": "in the morning", "AFT": "in the afternoon", "EVE": "in the evening"},
    **{"NOON": "at noon", "AC": "before food", "PC": "after food", "C": "with food"},
    **{"ACM": "before breakfast", "CM": "with breakfast", "PCM": "after breakfast"},
    **{"ACD": "before lunch", "CD": "with lunch", "PCD": "after lunch"},
    **{"ACV": "before dinner", "CV": "with dinner", "PCV": "after dinner"},
}
DAYS = {
    **{"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"},
    **{"sat": "Saturday", "sun": "Sunday"},
}


def words(read: Directions) -> str:
    """One line of directions; empty when it abstained. The same parts always give the same words."""
    if read.phases:
        return ", then ".join(words(phase) for phase in read.phases)
    return " ".join(_said(read)) if read.abstained is None else ""


def instructions(read: Directions) -> str:
    """What the patient does, without what the pharmacy dispenses."""
    return words(replace(read, quantity=None, refills=None)).rstrip(" ,")


def plural(unit: str) -> str:
    """Of a form that is counted ("2 tablets"); any other unit stays as it is."""
    return _PLURALS.get(unit, f"{unit}s") if unit in _COUNTED_FORMS else unit


def _said(read: Directions) -> Iterator[str]:
    counted_alone = read.dose is not None and read.dose.unit is None  # "take 2": only "take" stands before a bare count
    yield "take" if counted_alone else _VERBS.get(read.route or "", "take" if read.dose else "use")
    if read.dose:
        yield _amount(read.dose)
    if read.strength:
        yield f"({_amount(read.strength)})"
    if read.route and (read.route != "inhaled" or not read.dose or read.dose.unit is None):
        yield _ROUTES[read.route]
    if read.timing:
        yield from _timing(read.timing)
    if read.as_needed:
        yield f"as needed for {read.reason}," if read.reason else "as needed"
    if read.duration:
        yield f"for {_count(read.duration.value, PERIODS[read.duration.unit])}"
    if read.limit:
        yield _limit(read.limit)
    yield from _supply(read)


def _supply(read: Directions) -> Iterator[str]:
    if read.quantity is not None:
        yield f"dispense {read.quantity:g}"
    if read.refills is not None:
        yield f"refills {read.refills}"


def _amount(amount: Amount) -> str:
    number = f"{amount.low:g} to {amount.high:g}" if amount.low is not None else f"{amount.high:g}"
    if amount.unit is None:
        return number
    if amount.unit in _COUNTED_FORMS and amount.high > 1:
        return f"{number} {plural(amount.unit)}"
    return f"{number} {_UNIT_WORDS.get(amount.unit, amount.unit)}"


def _count(number: float, word: str) -> str:
    return f"{number:g} {word}" if number == 1 else f"{number:g} {word}s"


def _timing(timing: Timing) -> Iterator[str]:
    once_on_days = timing.days and timing.frequency == timing.period == 1
    if not once_on_days:
        yield _frequency(timing)
    if timing.days:
        yield ("every " if once_on_days else "on ") + ", ".join(DAYS[day] for day in timing.days)
    if timing.when:
        # "before meals" is three times a day; beside a rarer frequency it only says how.
        meals = "meals" if timing.unit == "d" and timing.frequency >= 3 else "food"
        yield " and ".join(MOMENTS[code].replace("food", meals) for code in timing.when)
    if timing.hours:
        yield " and ".join(f"at {hour}" for hour in timing.hours)


def _frequency(timing: Timing) -> str:
    unit = PERIODS[timing.unit]
    if timing.frequency == 1:
        until = f" to {timing.slowest:g}" if timing.slowest else ""
        return f"every {timing.period:g}{until} {unit}s" if timing.period != 1 or until else f"every {unit}"
    times = "twice" if timing.frequency == 2 else f"{timing.frequency:g} times"
    return f"{times} {'daily' if timing.unit == 'd' else f'a {unit}'}"


def _limit(limit: Limit) -> str:
    unit = limit.unit if limit.unit in ("mg", "g", "mcg", "ml") or limit.amount == 1 else f"{limit.unit}s"
    unit = {"suppositorys": "suppositories", "patchs": "patches"}.get(unit, unit)
    if limit.period is None or limit.period_unit is None:
        return f"maximum {limit.amount:g} {unit}"
    period = PERIODS[limit.period_unit] if limit.period == 1 else f"{limit.period:g} {PERIODS[limit.period_unit]}s"
    return f"maximum {limit.amount:g} {unit} per {period}"
