"""The moments of a day: meals, bedtime, hours of the clock."""

from __future__ import annotations

import re
from itertools import pairwise

_BEFORE = r"(?:\d+(?: ?(?:-|to) ?\d+)? ?(?:min(?:ute)?s?|hours?|hrs?) )?(?:before|ac)"
_AFTER = r"(?:after|pc)"
_NOT_ONE_MEAL = r"(?! (?:breakfast|lunch|dinner|supper))"
_EACH = r"(?:an? |each |every |the |all )?"
_WHEN = {
    "HS": r"(?:at |every |each |q ?)?(?:bedtime|hs|nightly|night(?: ?time)?)(?: (?:at )?bedtime)?|nocte|qhs"
    rf"|{_BEFORE} (?:bed(?:time)?|sleep)|(?:at|every|each) night",
    "MORN": r"mane|(?:in the |every |each |q ?)?(?:morning|am|a m)|qam|upon (?:waking|awakening)",
    "AFT": r"(?:in the |every |each )?afternoon",
    "EVE": r"(?:in the |every |each |q ?)?(?:evening|pm)|qpm",
    "NOON": r"(?:at )?(?:noon|midday)",
    "ACM": rf"{_BEFORE} breakfast",
    "CM": r"(?:with|at) breakfast",
    "PCM": rf"{_AFTER} breakfast",
    "ACD": rf"{_BEFORE} lunch",
    "CD": r"(?:with|at) lunch",
    "PCD": rf"{_AFTER} lunch",
    "ACV": rf"{_BEFORE} (?:dinner|supper)",
    "CV": r"(?:with|at) (?:dinner|supper|(?:the )?evening meal)",
    "PCV": rf"{_AFTER} (?:dinner|supper)",
    "AC": rf"{_BEFORE} {_EACH}(?:first )?(?:meals?|food|eating)(?: of the day)?|\bac\b{_NOT_ONE_MEAL}",
    "PC": rf"after {_EACH}(?:meals?|food|eating)|\bpc\b{_NOT_ONE_MEAL}",
    "C": r"with (?:each |every |the |a |all )?(?:meals?|food|snacks?)(?: or (?:milk|food|snacks?))?",
}
_EVENTS = tuple((code, re.compile(rf"\b(?:{pattern})\b")) for code, pattern in _WHEN.items())
_ANY_EVENT = re.compile(
    r"meal|food|eat|bed|night|hs\b|sleep|noct|am\b|a m\b|morn|mane|wak|noon|even|pm\b|[ap]c\b|fast|lunch|dinn|supp"
)
_MEAL = "breakfast|lunch|dinner|supper"
_ONE_PREPOSITION = re.compile(rf"\b(with|before|after|at|ac|pc)(?: (?:{_MEAL}),?(?: ?and| ?&|,)?)* (?:{_MEAL})\b")
# Two events that stand side by side, without "and", are one time.
_SAME_TIME = {
    **{"MORN": ("ACM", "CM", "PCM"), "EVE": ("ACV", "CV", "PCV", "HS"), "NOON": ("ACD", "CD", "PCD"), "HS": ("EVE",)},
    **{"ACM": ("MORN",), "CM": ("MORN",), "PCM": ("MORN",), "ACV": ("EVE",), "CV": ("EVE",), "PCV": ("EVE",)},
}
_EVERY_MEAL = re.compile(r"meals\b|(?:each|every) meal|\b[ap]c\b" + _NOT_ONE_MEAL)
MEALS = {"AC": 3, "PC": 3, "C": 3}  # how many times a day "before meals" is
_CLOCK = re.compile(r"\b(?:at |@ ?)?(\d{1,2})(?::(\d\d))? ?(am|pm)\b|\b(?:at |and |, ?|@ ?)(\d{1,2}):(\d\d)\b")


def read_hours(rest: str) -> tuple[tuple[str, ...], str]:
    """(the hours of the clock as "08:00", the text without them)."""
    found = []
    for match in _CLOCK.finditer(rest):
        hour, minute = int(match[1] or match[4]), match[2] or match[5] or "00"
        if match[3]:
            hour = hour % 12 + (12 if match[3] == "pm" else 0)
        if hour > 23:
            return (), rest
        found.append(f"{hour:02d}:{minute}")
    return tuple(sorted(set(found))), _CLOCK.sub(" | ", rest) if found else rest


def read_events(rest: str) -> tuple[tuple[str, ...], str]:
    """(FHIR event codes, the text without them). A code with "?" says how, not when: "with food".

    "every morning before breakfast" is one time; "in the morning and at bedtime" are two.
    """
    if not _ANY_EVENT.search(rest):
        return (), rest
    rest = _ONE_PREPOSITION.sub(_spread, rest)
    found: list[tuple[int, int, str]] = []
    for code, pattern in _EVENTS:
        match = pattern.search(rest)
        if match:
            counts = code not in MEALS or _EVERY_MEAL.search(match[0])
            found.append((match.start(), match.end(), code if counts else f"{code}?"))
            rest = pattern.sub(lambda one: " " * len(one[0]), rest)
    found.sort()
    said = [code for _, _, code in found]
    for (_, end, first), (start, _, second) in pairwise(found):
        if second in _SAME_TIME.get(first, ()) and not rest[end:start].strip(" |"):
            said.remove(first)
    return tuple(said), " ".join(rest.split())


def _spread(many: re.Match[str]) -> str:
    """ "with breakfast and dinner" says "with" once for both."""
    return re.sub(rf"(?<=[ ,&])({_MEAL})\b", rf"{many[1]} \1", many[0][len(many[1]) :]).strip()
