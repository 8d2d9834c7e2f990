"""How much at a time: counts of a form, masses and volumes, strengths in parentheses and concentrations."""

from __future__ import annotations

import re
from dataclasses import replace

from cds_service.terminology.directions.parts import Amount

_MASS_UNITS = {
    **{"mg": "mg", "milligram": "mg", "g": "g", "gm": "g", "gram": "g", "kg": "kg", "ng": "ng"},
    **{"mcg": "ug", "ug": "ug", "microgram": "ug", "meq": "meq", "mmol": "mmol", "oz": "oz", "ounce": "oz"},
    **{"ml": "mL", "cc": "mL", "milliliter": "mL", "l": "L"},
    **{"unit": "unit", "u": "unit", "iu": "unit", "international unit": "unit"},
}
FORMS = {
    **{"tab": "tablet", "tablet": "tablet", "tablets": "tablet", "caplet": "tablet", "chew": "tablet", "pill": "pill"},
    **{"cap": "capsule", "capsule": "capsule", "softgel": "capsule", "gelcap": "capsule", "capful": "capful"},
    **{"puff": "puff", "inhalation": "puff", "spray": "spray", "drop": "drop", "gtt": "drop", "gt": "drop"},
    **{"patch": "patch", "patche": "patch", "film": "film", "strip": "film", "ring": "ring", "inch": "inch"},
    **{"suppository": "suppository", "suppositorie": "suppository", "supp": "suppository", "enema": "enema"},
    **{"teaspoon": "tsp", "teaspoonful": "tsp", "tsp": "tsp", "tablespoon": "tbsp", "tablespoonful": "tbsp"},
    **{"tbsp": "tbsp", "dropperful": "dropperful", "scoop": "scoop", "inche": "inch", "wafer": "wafer"},
    **{"packet": "packet", "sachet": "packet", "pack": "packet", "lozenge": "lozenge", "gummy": "gummy"},
    **{"gummie": "gummy", "ampule": "ampule", "ampoule": "ampule", "vial": "vial", "neb": "vial", "syringe": "syringe"},
    **{"pen": "pen", "injection": "injection", "dose": "dose", "application": "application"},
    **{"amp": "ampule", "applicatorful": "applicatorful", "applicator": "applicatorful"},
}
_MASS_WORD = "|".join(sorted(map(re.escape, _MASS_UNITS), key=len, reverse=True))
_FORM_WORD = "|".join(sorted(FORMS, key=len, reverse=True))
_COATING = (
    r"chewable|chew|film[- ]coated|extended[- ]release|er|xr|dr|ec|odt|oral|scored|vaginal|rectal|nasal|nebulizer"
)
_FORM = rf"(?:(?:{_COATING}) )?({_FORM_WORD})s?\b"
# A number stands alone: "b12", "#3", "5/325", "0,5" and "1-2" (as its second part) hold none.
_N = r"(?<![\w.,/#-])(\d{1,7}(?:\.\d{1,4})?)"
_RANGED_UNIT = r"mg|mcg|g|ml|units?|tab(?:let)?s?|cap(?:sule)?s?|puffs?|drops?|sprays?"
_RANGE = rf"{_N}(?:(?:(?: ?(?:{_RANGED_UNIT}))? ?(?:-|to) ?| or )(\d{{1,6}}(?:\.\d{{1,4}})?))?"

_PER = r"ml|tsp|tab(?:let)?|cap(?:sule)?|puff|spray|actuation|drop|act|dose|hr|hour|24 ?h\w*|patch"
_CONCENTRATION = re.compile(
    rf"\(?{_N}(?:[-/]\d+(?:\.\d+)?)? ?(?:{_MASS_WORD})s?(?:/| per )(?:\d+(?:\.\d+)? ?)?(?:{_PER})\b\)?"
    rf"|\(?{_N}(?:/\d+(?:\.\d+)?)+ ?(?:mg|mcg|g|units?)?\b(?!/)(?=[,;]? )\)?|\(?{_N} ?%\)?"
)
# "875-125 mg" is two strengths; "1-2 tablets" and "4-6 hours" are ranges and stay.
_TWO_STRENGTHS = re.compile(rf"\(?{_N}-(\d+(?:\.\d+)?)(?:-\d+(?:\.\d+)?)* ?(?:mg|mcg|g|units?)?\b(?!/)(?= |$)\)?")
_OF_FORM = re.compile(
    rf"{_N} ?(mg|mcg|g|units?|meq)[ -]"
    r"(?=(?:\w+ )?(tab(?:let)?|cap(?:sule)?|pill|patch|suppository|softgel|caplet)(?:s|es|ies)?\b)"
)
_BESIDE = re.compile(
    rf"[(\[]\s?(?:=|total(?: dose)?:?|i\.?e\.?,?|about)?\s?{_RANGE} ?({_MASS_WORD}|{_FORM_WORD})(?:s|es)?"
    rf"(?: of [a-z-]+)?(?: total| each)?\s?[)\]]|= ?{_N} ?({_MASS_WORD})s?\b"
)
_MASS = re.compile(rf"{_RANGE}[ -]?({_MASS_WORD})s?(?: ?/ ?(kg|m2)(?:/dose)?)?\b(?!\s?/(?! ?d(?:ay)?\b))")
_COUNT = re.compile(rf"{_RANGE} ?{_FORM}")
_ARTICLE = re.compile(rf"\b(?:an?|the) {_FORM}")
# "take 2 at bedtime", "1 po qd": a count without its form.
_BARE = rf"{_RANGE}(?!\w|-|/|%|\.\d)(?! ?(?:times|x|days?|hours?|weeks?))"
_GOES_ON = r"po|by mouth|orally|daily|every|each|once|twice|q\w+|bid|tid|qid|at|in the|prn|as needed"
_TAKE = re.compile(rf"\b(?:take|give|use|chew|swallow)\s+{_BARE}|^{_BARE}(?= (?:{_GOES_ON})\b)")
# "metformin 1000 bid": the number after a name, whose unit is left to the reader.
_NAMED = re.compile(rf"^((?:[a-z][a-z-]*\d{{0,2}} )+){_N}(?!\w|-|,\d|/|%|\.\d)(?! ?(?:times|x\b|days?|hours?|weeks?))")
_NO_NAMES = frozenset(
    (
        *("take", "give", "use", "apply", "inject", "chew", "swallow", "for", "x", "every", "q", "age", "at", "to"),
        *("po", "no", "disp", "qty"),
    )
)
_RATE = re.compile(
    r"/ ?(?:kg|m2)/(?:hr?|min|day|hour|d)\b"
    r"|\b(?:mg|g|gm|mcg|ug|ng|m?units?|milliunits?|iu|mu|meq|mmol|ml|l) ?(?:/|per) ?(?:hr?|hour|min(?:ute)?)\b"
)

_MOST_COUNTED = 20.0

_Read = tuple[Amount | None, Amount | None, str | None]


def read_amounts(rest: str) -> tuple[Amount | None, Amount | None, str | None, str]:
    """(dose, strength, why in doubt, the text without them)."""
    if _RATE.search(rest):
        return None, None, "a rate of infusion, not a dose", rest
    whole, rest = rest, _TWO_STRENGTHS.sub(_unless_a_range, _CONCENTRATION.sub(" | ", rest))
    beside, rest = _found(_BESIDE, rest)
    of_form, rest = _found(_OF_FORM, rest, leave=" ")
    counts, rest = _found(_COUNT, rest)
    masses, rest = _found(_MASS, rest)
    articles, rest = _found(_ARTICLE, rest)
    bare, rest = _found(_TAKE, rest)
    named, rest = _named(rest) if not masses else (None, rest)
    form = FORMS[of_form[0][3]] if len(of_form) == 1 else None  # "two 5 mg tablets"
    counted = [_amount(one[1], one[2], FORMS[one[3]]) for one in counts]
    counted += [_amount(one[1] or one[3], one[2] or one[4], form) for one in bare]
    if not counted and articles and not masses:
        counted = [Amount(1, FORMS[articles[0][1]])]
    weighed = [_amount(one[1], one[2], _unit(one)) for one in masses] + ([named] if named else [])
    strengths = [_amount(one[1], None, _MASS_UNITS[one[2].rstrip("s")]) for one in of_form]
    strengths += [_amount(one[1] or one[4], one[2], _MASS_UNITS.get(one[3] or one[5], one[3])) for one in beside]
    if None in counted + weighed + strengths or any(_is_too_many(one) for one in counted):
        return None, None, "a dose that is no dose", rest
    dose, strength, doubt = _chosen(_once(counted), _once(weighed), _once(strengths))
    if dose is None and rest != whole and "%" not in whole:
        doubt = doubt or "strengths without a dose"
    return dose, strength, doubt, rest


def unit_of(word: str) -> str | None:
    """The one spelling of a unit or form ("Tabs", "mcg", "U"); None for one that directions do not use."""
    plain = word.strip().lower()
    known = _MASS_UNITS | FORMS
    return known.get(plain) or known.get(plain.removesuffix("s"))


def _chosen(counts: list[Amount], masses: list[Amount], strengths: list[Amount]) -> _Read:
    """A count is the dose and a mass beside it the strength; without a count the mass is the dose."""
    if len(counts) > 1 or len(masses) > 1:
        return None, None, "the text states more than one dose"
    if counts:
        beside = masses + strengths
        return counts[0], beside[0] if beside else None, None
    if masses:
        return masses[0], strengths[0] if strengths else None, None
    if len(strengths) == 1:
        return strengths[0], None, None
    return None, None, "strengths without a dose" if strengths else None


def _is_too_many(count: Amount | None) -> bool:
    """ "500 tid" counts nothing: its unit is missing."""
    return count is not None and count.unit is None and count.high > _MOST_COUNTED


def _once(amounts: list[Amount | None]) -> list[Amount]:
    return list(dict.fromkeys(filter(None, amounts)))


def _found(pattern: re.Pattern[str], text: str, leave: str = " | ") -> tuple[list[re.Match[str]], str]:
    found = list(pattern.finditer(text))
    return found, pattern.sub(leave, text) if found else text


def _unless_a_range(two: re.Match[str]) -> str:
    return two[0] if float(two[1]) < float(two[2]) <= 4 * float(two[1]) else " | "


def _named(rest: str) -> tuple[Amount | None, str]:
    match = _NAMED.search(rest)
    if match is None or match[1].split()[-1] in _NO_NAMES:
        return None, rest
    amount = _amount(match[2], None, "mg")
    return (replace(amount, assumed=True), match[1] + rest[match.end() :]) if amount else (None, rest)


def _unit(match: re.Match[str]) -> str:
    unit = _MASS_UNITS[match[3]]
    return f"{unit}/{match[4]}" if match[4] else unit


def _amount(first: str, second: str | None, unit: str | None) -> Amount | None:
    """A range has its ends in order and is no wider than fourfold; anything else is two strengths or a slip."""
    low, high = float(first), float(second or first)
    if not 0 < low <= high <= 4 * low:
        return None
    return Amount(high, unit, low if high > low else None)
