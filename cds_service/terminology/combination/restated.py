"""What a text says twice of one drug: its name once more in brackets, or the element that a salt's strength is of."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from cds_service.terminology.combination.words import LETTERS

# "amlodipine (as amlodipine besylate) 5 mg", "calcium carbonate 1250 mg (calcium 500 mg)": said once more in brackets.
_BASIS = re.compile(
    r"\d ?mg (\((?:elemental )?(?:iron|calcium|magnesium|zinc|potassium) \d[\d.,]* ?mg\))", re.IGNORECASE
)
_SAID_AGAIN = re.compile(rf"\b({LETTERS}{{4,}})\b[^()/+&]*(\((?:as |equivalent to |=)?\s*\1\b[^()]*\))", re.IGNORECASE)
# "amlodipine (as amilodipine besylate)": the base once more, misspelt.
_AS = re.compile(rf"\b({LETTERS}{{6,}})\s+(\((?:as|equivalent to)\s+({LETTERS}{{6,}})[^()/+&]*\))", re.IGNORECASE)
_LIKE = 0.8
# "325 mg (65 mg elemental iron)", "65 mg of elemental iron": an amount stands before the element, not after it.
_AMOUNT_BEFORE = re.compile(r"\d ?mg (?:of )?$", re.IGNORECASE)


def said_once(text: str) -> str:
    """The text, as long as before, without brackets that say the name before them again, or its strength's basis."""
    if "(" not in text:
        return text
    for start, end in (
        *(one.span(2) for one in _SAID_AGAIN.finditer(text)),
        *(one.span(2) for one in _AS.finditer(text) if _alike(one[1], one[3])),
        *(one.span(1) for one in _BASIS.finditer(text)),
    ):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _alike(one: str, other: str) -> bool:
    return OSA.normalized_similarity(one.lower(), other.lower()) >= _LIKE


def is_a_basis(text: str, span: tuple[int, int]) -> bool:
    """True for an element that a salt's strength is counted in, which is no second drug of the order."""
    return text[slice(*span)].lower().startswith("elemental") and bool(_AMOUNT_BEFORE.search(text[: span[0]]))
