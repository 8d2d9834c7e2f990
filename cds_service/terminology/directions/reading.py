"""Reads one text of directions, whole or not at all; `read_directions` is what other rooms call.

It guesses nothing:

- Every number of the text belongs to a part that was read; one that does not makes the whole text abstain.
- Two doses, two frequencies or two durations that differ abstain, unless "then" or day ranges make them phases.
- Words that make the dose depend on something (sliding scale, titrate, hold if, per protocol) abstain.
- What was read is written out again and read once more; if that does not give the same, it abstains.

A range gives both ends; the upper dose and the shorter interval are the values. A stated count comes before a strength.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from cds_service.terminology.directions.adjuncts import read_adjuncts
from cds_service.terminology.directions.amounts import read_amounts
from cds_service.terminology.directions.normal import normalised
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.phases import split_phases
from cds_service.terminology.directions.timing import read_timing
from cds_service.terminology.directions.unsafe import ambiguous, unsafe_in
from cds_service.terminology.directions.ways_in import read_route
from cds_service.terminology.directions.words import words

MAX_LENGTH = 400
_DEPENDS = re.compile(
    r"\b(?:taper\w*|titrat\w*|sliding|scale|ssi|until|unless|hold|if|except|increas\w*|decreas\w*|reduc\w*|wean\w*"
    r"|load\w*|adjust\w*|protocol|chang\w*(?! (?:the )?patch\b)|from|instead|stop\w*|bolus|drip|pca|biweekly|bimonthly"
    r"|repeat\w*|pump|basal|carb(?:s|ohydrates?)?|ratio|correct\w*|blood (?:sugar|glucose)|bg|fsbs|inr|per pharmacy"
    r"|weight[- ]based|days? \d|week \d"
    r"|divided|split|continuous\w*|alternat\w*(?! days)|(?<!every )(?:other|odd|even) days?|days? off|while awake"
    r"|of (?:an?|each|every) [\w-]+ cycle|\d? ?(?:st|nd|rd|th) dose|first dose|initial\w*|extra|additional|another"
    r"|third|followed by|then|once only"
    r"|stat|on call|quarters?|halves|fourths|prior to|pre-?op)\b|(?<!\d)\d(?:-\d){2,}"
)
# Numbers and days that only letters state: where nothing read them, something of the text would be lost.
_LETTERS_LEFT = re.compile(
    r"^(?:take |give |use )?i{1,3}\b|\bi{1,3}ss\b|\bss\b|\b(?:m|tu|w|th|f|sa|su)(?:[ /,-]+(?:m|tu?|w|th|f|sa|su))+\b"
)
# Digits that belong to a name: "b12", "omega-3", "#3". "q8" and "x10" are a frequency and a duration not fully stated.
_NAME_WITH_DIGITS = re.compile(r"\b(?!x\d|q\d)[a-z]+[a-z-]*\d{1,2}\b|(?<=[a-z] )#\d\b")


@lru_cache(maxsize=4096)
def read_directions(text: str) -> Directions:
    """Read one text of directions. Never raises; what is not understood abstains with a reason."""
    unsafe = unsafe_in(text)
    plain, doubt = _readable(text)
    if doubt:
        return Directions(text, abstained=doubt, unsafe=unsafe)
    phases = split_phases(plain)
    read = _of_phases(phases) if phases else _verified(plain)
    return replace(read, text=text, unsafe=unsafe)


@lru_cache(maxsize=8192)  # the same directions stand in many charts
def read_once(text: str) -> Directions:
    """As `read_directions`, at half the cost: phases abstain, and what was read is not written out and read again."""
    plain, doubt = _readable(text)
    return Directions(text, abstained=doubt) if doubt else replace(_parts(plain), text=text)


def _readable(text: str) -> tuple[str, str | None]:
    """(the text in the one way of writing, why it cannot be read)."""
    if len(text) > MAX_LENGTH or not text.strip():
        return "", "empty, or too long to be one instruction"
    plain = normalised(text)
    if not plain.isascii() and any(sign.isnumeric() and not sign.isascii() for sign in plain):
        return plain, "a number in another script"
    return plain, ambiguous(plain)


def _of_phases(parts: tuple[str, ...]) -> Directions:
    """A dose that changes: every phase is read, and all but the last say for how long; else it abstains."""
    phases = tuple(_verified(part) for part in parts)
    whole = all(one.abstained is None and one.dose and one.timing for one in phases)
    if not whole or any(one.duration is None for one in phases[:-1]):
        return Directions("", abstained="the dose changes over time, and not every phase is stated")
    return Directions("", route=phases[0].route, phases=phases)


def _verified(plain: str) -> Directions:
    """What was read, if it reads the same when written out."""
    read = _parts(plain)
    if read.abstained:
        return read
    written = normalised(words(read))
    if _parts(written) != replace(read, text=written, dose=read.dose and replace(read.dose, assumed=False)):
        return Directions(plain, abstained="what was read does not read the same when written out")
    return read


def _parts(plain: str) -> Directions:
    adjuncts, rest = read_adjuncts(plain)
    if adjuncts is None:
        return Directions(plain, abstained="the text states a limit, a duration or a quantity twice")
    if _DEPENDS.search(rest):
        return Directions(plain, abstained="the dose changes over time or depends on something")
    dose, strength, doubt, rest = read_amounts(rest)
    if doubt:
        return Directions(plain, abstained=doubt)
    timing, conflict, rest = read_timing(rest)
    if conflict:
        return Directions(plain, abstained=conflict)
    route, rest = read_route(rest)
    if re.search(r"\d", _NAME_WITH_DIGITS.sub("", rest)):
        return Directions(plain, abstained="a number in the text is not accounted for")
    if _LETTERS_LEFT.search(rest):
        return Directions(plain, abstained="letters that may be a number or days are not accounted for")
    if dose is None and timing is None:
        return Directions(plain, abstained="neither a dose nor a frequency is stated")
    return Directions(
        plain,
        dose=dose,
        strength=strength,
        timing=timing,
        route=route,
        as_needed=adjuncts.as_needed,
        reason=adjuncts.reason,
        duration=adjuncts.duration,
        limit=adjuncts.limit,
        quantity=adjuncts.quantity,
        refills=adjuncts.refills,
    )
