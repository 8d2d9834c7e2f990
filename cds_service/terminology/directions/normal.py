"""One way of writing for the many that directions have: case, dashes, fractions, number words, dotted Latin, slips.

What comes out holds digits for numbers ("one and a half" is "1.5") and undotted abbreviations ("q.4.d" is "q4d").
Slips of the finger are mended only in the fixed words of directions ("tabet", "tiems"), never in units, numbers or
names; a word that could be mended in two ways is left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_NUMBER_WORDS = {
    **{word: str(number) for number, word in enumerate(f"zero|{_ONES}|{_TEENS}|twenty".split("|"))},
    **{"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"},
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_FRACTION_SIGNS = {"\u00bd": "1/2", "\u00bc": "1/4", "\u00be": "3/4", "\u2153": "1/3", "\u2154": "2/3"}
_FRACTIONS = {"1/2": "0.5", "1/4": "0.25", "3/4": "0.75", "half": "0.5", "quarter": "0.25"}
_FRACTION = "1/2|1/4|3/4|half|quarter"
# The words that a slip is mended to. None of them is one letter away from a unit or from a common drug name.
_MENDED = frozenset(
    (
        *("take", "tablet", "tablets", "capsule", "capsules", "drops", "puffs", "spray", "sprays", "patch", "mouth"),
        *("times", "time", "daily", "days", "weeks", "week", "months", "month", "every", "hours", "twice", "nightly"),
        *("morning", "evening", "bedtime", "before", "needed", "maximum", "apply", "inhale", "inject", "instill"),
        "insert",
    )
)
# Words one letter away from those that are meant as they stand.
_KNOWN = frozenset(
    (
        *("cake", "fake", "make", "tale", "tame", "table", "tables", "hour", "tines", "dairy", "does", "dose", "doses"),
        *("meal", "meals", "then", "them", "noon", "drop", "puff", "pitch", "after", "night", "lunch", "mouths"),
        *("instil", "injected", "inhaled", "applied", "timed", "taken", "taker", "weekly", "weekday", "weekdays"),
        *("weekend", "weeds", "needs", "need", "even", "ever", "very", "reply", "supply", "tike", "lake", "wake"),
        *("tape", "mornings", "evenings", "monthly", "catch", "match", "batch", "watch", "apple", "spry", "pray"),
        *("prays", "stray", "strays", "splay", "spay", "minimum"),
    )
)
_WHOLE_WORDS = {"dya": "day", "adn": "and"}
_NUMBERS = re.compile(rf"\b({'|'.join(_NUMBER_WORDS)})\b")
_TENS_AND_ONES = re.compile(rf"\b({'|'.join(_TENS)})[- ]({_ONES})\b")
_MIXED = re.compile(
    rf"\b(\d+)(?:[ -](?:and )?(?:an? )?(?:1[ -])?(?=\d)| and (?:an? |1[ -])?)({_FRACTION})\b"
    r"(?! ?(?:an? )?(?:tab|cap|pill)\w* (?:or|to))"
)
# "ii gtts", "tab iss": Roman numbers count forms, before them or after; "ss" behind one is a half. "iv" is a route.
_ROMAN_FORM = r"gtts?|drops?|tab(?:let)?s?|cap(?:sule)?s?|puffs?|sprays?|supp\w*"
_ROMAN = re.compile(rf"\b(i{{1,3}})(ss)?(?= ?(?:{_ROMAN_FORM})\b)|\b({_ROMAN_FORM}) (i{{1,3}})(ss)?\b")
_ROMAN_RANGE = re.compile(rf"\b(i{{1,3}})(?:-| to | or )(i{{1,3}})(?= ?(?:{_ROMAN_FORM})\b)")
# "at 0800, 1400 and 2000": hours of the clock, not doses.
_FOUR_DIGITS = r"(?:[01]\d|2[0-3])[0-5]\d"
_CLOCK = re.compile(
    rf"\bat ({_FOUR_DIGITS}(?:(?:,? and |, ?){_FOUR_DIGITS})*)(?: ?(?:hours|hrs|h))?\b(?! ?(?:[mu]?c?g|m?l|u)\b| ?unit)"
)
_WEEKDAY_LETTERS = (
    (re.compile(r"\b(?:every|each|on) weekdays?(?: only)?\b|\bweekdays only\b"), "mon-fri"),
    (re.compile(r"\b(?:on|every) weekends?(?: only)?\b|\bweekends only\b"), "sat, sun"),
    (re.compile(r"\bm ?- ?f\b"), "mon-fri"),
    (re.compile(r"\bm ?[,/ -] ?w ?[,/ -] ?f\b"), "mwf"),
    (re.compile(r"\bt ?[,/ -] ?th ?[,/ -] ?sa?\b"), "tths"),
)
# Hours are meant where an interval of these lengths has no unit.
_BARE_INTERVAL = re.compile(
    r"\bq ?(4-6|6-8|4|6|8|12)"
    r"(?![\w-]| ?(?:h|d|w|m|hours?|hrs?|days?|weeks?|wks?|min\w*|months?)\b)"
)
_THREE_QUARTERS = re.compile(r"\b(?:3|three)[- ](?:quarters?|fourths?)\b(?: (?:of )?an?\b(?= ))?")
_ONE_MEAL = re.compile(r"\bwith (?:the |your )?(?:largest|biggest|main|first) meal(?: of the day)?\b")
_ONE_WORD = re.compile(r"\bt(\d)([tc])\b")  # a pharmacy's "take 1 tablet"
# "325 mg (65 mg elemental iron)": the same amount in another basis is no second dose.
_SAME_IN_ANOTHER_BASIS = re.compile(
    r" ?\((?:equal to |equivalent to |equiv\w* |= ?|as )?\d+(?:\.\d+)? ?mg "
    r"(?:of )?(?:elemental(?: [a-z]+)?|iron|calcium|pe)\)"
)
# "10 mg weekly (4 x 2.5 mg tabs)": how a stated dose is made up, where the product is that dose.
_MADE_UP = re.compile(r" ?\((\d{1,2}) ?x ?(\d+(?:\.\d+)?) ?(mg|mcg) ?(?:tab(?:let)?s?|cap(?:sule)?s?)\)")
_LONE_FRACTION = re.compile(rf"\b(?:1[ -])?({_FRACTION})\b(?!/)(?:(?: (?:of )?an?| of 1)\b(?= ))?")


@lru_cache(maxsize=4096)
def normalised(text: str) -> str:
    """`text` in the one way of writing; lower case, single spaces."""
    plain = " ".join((text.lower() if text.isascii() else _without_signs(text.lower())).split())
    plain = re.sub(r"(?<![\d.,])([1-9]\d{0,2}),(\d{3})(?!\d)", r"\1\2", plain)
    plain = re.sub(r"\b[qbtp]\.[a-z0-9]{1,2}\.?[a-z]?\b\.?", _undotted, plain)
    plain = re.sub(r"\b(?:[a-z]\.){2,4}", _undotted, plain)
    plain = re.sub(r"[a-z]+(?:-[a-z]+)?", lambda word: _mended(word[0]), plain)
    return _numbers(" ".join(plain.split()))


def _without_signs(text: str) -> str:
    """Greek letters, fractions and dashes in ASCII: most text has none, and looking for each of them is what costs."""
    plain = text.replace("\u00b5", "u").replace("\u03bc", "u").replace("\u00d7", "x").replace("\u2044", "/")
    plain = re.sub(r"\bq(\d{1,2}) ?\u00b0", r"q\1h", plain)
    for sign, fraction in _FRACTION_SIGNS.items():
        plain = re.sub(rf"(?:(?<=\d)-)?{sign}", f" {fraction}", plain)
    return re.sub("[\u2010-\u2015\u2212]", "-", plain)


def _undotted(match: re.Match[str]) -> str:
    return match[0].replace(".", "")


def _counted(roman: re.Match[str]) -> str:
    count = f"{len(roman[1] or roman[4]) + 0.5 * bool(roman[2] or roman[5]):g}"
    return f"{count} {roman[3]}" if roman[3] else count


def _hours(clock: re.Match[str]) -> str:
    return "at " + " and ".join(f"{hour[:2]}:{hour[2:]}" for hour in re.findall(_FOUR_DIGITS, clock[1]))


def _is_the_dose(parts: re.Match[str]) -> bool:
    whole = f"{int(parts[1]) * float(parts[2]):g}"
    return re.search(rf"(?<![\d.]){re.escape(whole)} ?{parts[3]}\b", parts.string[: parts.start()]) is not None


def _numbers(text: str) -> str:
    text = _ROMAN_RANGE.sub(lambda both: f"{len(both[1])}-{len(both[2])}", text)
    text = _ROMAN.sub(_counted, text)
    for letters, days in _WEEKDAY_LETTERS:
        text = letters.sub(days, text)
    text = _CLOCK.sub(_hours, text)
    text = _ONE_WORD.sub(lambda both: f"take {both[1]} {'tablet' if both[2] == 't' else 'capsule'}", text)
    text = re.sub(r"\b(every|q) (?:third|3rd)\b", r"\1 3", text)
    text = re.sub(r"\b(every|q) (?:fourth|4th)\b", r"\1 4", text)
    text = re.sub(r"\b(?:a|1) fortnight\b", "14 days", text)
    text = _ONE_MEAL.sub("once daily with food", text)
    text = _BARE_INTERVAL.sub(r"q\1h", _THREE_QUARTERS.sub("0.75", text))
    text = _TENS_AND_ONES.sub(lambda two: str(_TENS[two[1]] + int(_NUMBER_WORDS[two[2]])), text)
    text = _NUMBERS.sub(lambda word: _NUMBER_WORDS[word[1]], text)
    text = _MIXED.sub(lambda mixed: f"{int(mixed[1]) + float(_FRACTIONS[mixed[2]]):g}", text)
    text = _LONE_FRACTION.sub(lambda part: _FRACTIONS[part[1]], text)
    text = re.sub(r"(?<![\w.])\.(\d)", r"0.\1", text)
    text = _SAME_IN_ANOTHER_BASIS.sub("", text)
    text = re.sub(r"\bmg pe ?/ ?kg\b", "mg/kg", text)  # phenytoin equivalents per kilogram
    text = _MADE_UP.sub(lambda parts: "" if _is_the_dose(parts) else parts[0], text)
    # "one (1) tablet" says the same twice.
    return re.sub(r"(?<![\w.])(\d+(?:\.\d+)?) ?\(\1\)", r"\1", text)


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    if word in _WHOLE_WORDS:
        return _WHOLE_WORDS[word]
    if len(word) < 4 or word[0] == "q" or word in _MENDED or word in _KNOWN or not word.isalpha():
        return word
    near = {target for target in _MENDED if abs(len(target) - len(word)) <= 1 and OSA.distance(word, target) == 1}
    if len(near) > 1:  # "tabet" is nearer to the singular
        near = {target for target in near if target[-1] == word[-1]}
    return near.pop() if len(near) == 1 else word
