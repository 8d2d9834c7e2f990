"""Directions in plain words, for the patient: numerals, short sentences, "2 times a day" and "by mouth".

The words say what was read and nothing else. They are given only when the grammar reads the same from them as from the
order, and when no word of the order was passed over that could matter to who takes it. Otherwise there are none, and
the order's own words are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cds_service.terminology.directions.parts import Amount, Directions, Limit, Timing
from cds_service.terminology.directions.passed_over import passed_over, site_of
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.directions.words import DAYS, MOMENTS, PERIODS, plural

_VERBS: Mapping[str, str] = {
    **{"inhaled": "Breathe in", "subcutaneous": "Inject", "intramuscular": "Inject", "topical": "Apply"},
    **{"transdermal": "Apply", "rectal": "Insert", "vaginal": "Insert", "nasal": "Use", "ophthalmic": "Put"},
    **{"otic": "Put", "intravenous": "Give", "nasogastric": "Give", "gastrostomy": "Give"},
}
_ROUTES: Mapping[str, str] = {
    **{"oral": "by mouth", "sublingual": "under the tongue", "nasal": "in the nose", "topical": "to the skin"},
    **{"subcutaneous": "under the skin", "intramuscular": "into the muscle", "intravenous": "into a vein"},
    **{"rectal": "into the rectum", "vaginal": "into the vagina", "transdermal": "to the skin"},
    **{"ophthalmic": "in the eye", "otic": "in the ear"},
    **{"nasogastric": "by nasogastric tube", "gastrostomy": "by gastrostomy tube"},
}
_SAID_ROUTES = frozenset({None, "inhaled", *_ROUTES})  # the others are of wards and operating rooms
# Plain words that the grammar does not have, in its own: to read back what was said.
_AS_READ = (
    (re.compile(r"\bbreathe in\b"), "inhale"),
    (re.compile(r"\binto the muscle\b"), "intramuscularly"),
    (re.compile(r"\binto a vein\b"), "intravenously"),
    (re.compile(r"\bput\b"), "instill"),
    (re.compile(r"\bmicrograms?\b"), "mcg"),
    (re.compile(r"\bteaspoons?\b"), "tsp"),
    (re.compile(r"\btablespoons?\b"), "tbsp"),
    (re.compile(r"\b1 time (?:a|each) (day|week|month|year)\b"), r"every \1"),
)
_INJECTED = re.compile(r"\binject\b", re.IGNORECASE)
_UNITS = {"ug": "micrograms", "unit": "units", "meq": "mEq"}
_SPOONS = {"tsp": "teaspoon", "tbsp": "tablespoon"}
_FRACTIONS = {0.25: "a quarter of", 0.5: "half", 0.75: "three quarters of"}


def plain_words(read: Directions) -> str:
    """What the patient does, in sentences; empty when it abstained, or cannot be said so that it reads the same."""
    if read.abstained or (read.dose and read.dose.unit is None):  # "take 2 3 times a day" could be misread
        return ""
    if read.phases:
        said = [plain_words(phase) for phase in read.phases]
        return " Then: ".join(said) if all(said) and not passed_over(read) else ""
    if read.route not in _SAID_ROUTES:
        return ""
    said_of = _sentences(read)
    return said_of if _reads_the_same(read, said_of) and not passed_over(read) else ""


def _sentences(read: Directions) -> str:
    first = " ".join(_first(read))
    if read.as_needed:
        first += f", only if needed for {read.reason}" if read.reason else ", only if needed"
    if read.duration:
        first += f", for {_count(read.duration.value, PERIODS[read.duration.unit])}"
    more = [_limit(read.limit, "take" if _verb(read) == "Take" else "use")] if read.limit else []
    return " ".join([f"{first}.", *more])


def _first(read: Directions) -> Iterator[str]:
    yield _verb(read)
    if read.dose:
        yield _amount(read.dose)
    if read.strength:
        yield f"({_amount(read.strength)})"
    if _is_patch(read):
        yield site_of(read.text) or _ROUTES["transdermal"]
    elif read.route and read.route != "inhaled":
        yield site_of(read.text) or _ROUTES[read.route]
    if read.timing:
        yield from _timing(read.timing)


def _verb(read: Directions) -> str:
    if read.route is None and _INJECTED.search(read.text):
        return "Inject"
    return "Apply" if _is_patch(read) else _VERBS.get(read.route or "", "Take" if read.dose else "Use")


def _amount(amount: Amount) -> str:
    if amount.unit is None:
        return _number(amount)
    unit, several = _named(amount.unit)
    if amount.high in _FRACTIONS and amount.low is None and several != unit:
        return f"{_FRACTIONS[amount.high]} a {unit}"
    return f"{_number(amount)} {several if amount.high > 1 else unit}"


def _named(unit: str) -> tuple[str, str]:
    """One of a unit, and several."""
    if unit in _SPOONS:
        return _SPOONS[unit], f"{_SPOONS[unit]}s"
    word = _UNITS.get(unit, unit)
    return word, plural(word)


def _number(amount: Amount) -> str:
    if amount.low is not None:
        return f"{amount.low:g} to {amount.high:g}"
    whole, part = divmod(amount.high, 1)
    counted = amount.unit is None or plural(amount.unit) != amount.unit
    return f"{whole:g} and a half" if counted and whole and part == 0.5 else f"{amount.high:g}"


def _count(number: float, word: str) -> str:
    return f"{number:g} {word}" if number == 1 else f"{number:g} {word}s"


def _timing(timing: Timing) -> Iterator[str]:
    once_on_days = timing.days and timing.frequency == timing.period == 1
    if not once_on_days:
        yield _frequency(timing)
    if timing.days:
        yield ("every " if once_on_days else "on ") + _listed([DAYS[day] for day in timing.days])
    if timing.when:
        meals = "meals" if timing.unit == "d" and timing.frequency >= 3 else "food"
        yield " and ".join(MOMENTS[code].replace("food", meals) for code in timing.when)
    if timing.hours:
        yield " and ".join(f"at {hour}" for hour in timing.hours)


def _frequency(timing: Timing) -> str:
    unit = PERIODS[timing.unit]
    if timing.frequency == 1 and (timing.period != 1 or timing.slowest):
        until = f" to {timing.slowest:g}" if timing.slowest else ""
        return f"every {timing.period:g}{until} {unit}s"
    if timing.frequency == 1:
        return f"every {unit}" if timing.unit in ("h", "min") else f"1 time a {unit}"
    return f"{timing.frequency:g} times a {unit}"


def _limit(limit: Limit, verb: str) -> str:
    mass = limit.unit in ("mg", "g", "mcg", "ml")
    unit = limit.unit if mass or limit.amount == 1 else plural(limit.unit)
    if limit.period is None or limit.period_unit is None:
        return f"Do not {verb} more than {limit.amount:g} {unit}."
    period = PERIODS[limit.period_unit]
    span = f"a {period}" if limit.period == 1 else f"{limit.period:g} {period}s"
    return f"Do not {verb} more than {limit.amount:g} {unit} in {span}."


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _reads_the_same(read: Directions, said: str) -> bool:
    plain = said.lower()
    for pattern, words in _AS_READ:
        plain = pattern.sub(words, plain)
    back = read_directions(plain)
    return _parts(back) == _parts(read)


def _parts(read: Directions) -> tuple[object, ...]:
    """What must not differ. The verb gives "take 2" its route no more than the order did."""
    dose = read.dose and replace(read.dose, assumed=False)
    on_skin = read.route == "transdermal" or (_is_patch(read) and read.route is None)
    route = "topical" if on_skin else read.route
    return dose, read.strength, read.timing, read.as_needed, read.reason, route, read.duration, read.limit


def _is_patch(read: Directions) -> bool:
    return read.dose is not None and read.dose.unit == "patch"
