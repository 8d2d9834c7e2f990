"""Words of directions that the grammar passes over: asides that state no dose, but may matter to who takes it."""

from __future__ import annotations

import re

from cds_service.terminology.directions.normal import normalised
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.spoken import words_of

_SITE = re.compile(
    r"\b(?:(?:in(?:to)?|to) )?(?:the )?(?:(?P<side>left|right|both|each|affected) (?P<part>eyes?|ears?|nostrils?))\b"
    r"|\b(?:to )?(?:the )?affected (?P<area>areas?)\b"
)
_LETTERS = {"ou": "in both eyes", "os": "in the left eye", "au": "in both ears"}
_DONE_TO_IT = re.compile(
    r"\b(?:chew|crush|dissolv|sprinkl|shak|rins|mix|open)\w*"
)  # also where the route was read from it
_LETTERS_OF_SITES = re.compile(rf"\b(?:{'|'.join(_LETTERS)})\b")
_WORD = re.compile(r"[a-z][a-z'/-]*")
# They say nothing that the other parts do not say.
_SMALL = frozenset(
    """a an and at be by for in into of on the then to with your you each every per day dose doses total give take use
    apply inject inhale insert instill place put swallow spray administer mouth oral orally po tablet tablets
    tab tabs capsule capsules cap caps pill pills solution suspension liquid inhaler hfa cream ointment gel drops drop
    patch patches puff puffs spray sprays unit units mg mcg g ml meq by as directed prescribed needed prn daily mdi
    inhaled once twice weekly nightly time times one two three four instilled
    subcutaneous subcutaneously topical topically ophthalmic otic nasal nasally transdermal skin nose under tongue
    sublingual sublingually eye eyes ear ears film coated extended release delayed er xr dr ec sr la""".split()  # noqa: SIM905 - a list of words reads as words
)


def site_of(text: str) -> str:
    """ "in the left eye": where a drop or a cream goes, as the text says it; empty when it does not."""
    plain = normalised(text)
    found = _SITE.search(plain)
    if found is None:
        return next((said for letters, said in _LETTERS.items() if re.search(rf"\b{letters}\b", plain)), "")
    if found["area"]:
        return f"to the affected {found['area']}"
    article = "" if found["side"] in ("both", "each") else "the "
    return f"in {article}{found['side']} {found['part']}"


def passed_over(read: Directions) -> tuple[str, ...]:
    """The words of `read.text` that no part of it was read from, without small ones, in order."""
    done = tuple(_DONE_TO_IT.findall(read.text.lower()))
    plain = _LETTERS_OF_SITES.sub(_blank, _SITE.sub(_blank, read.text.lower()))
    for start, end in () if read.phases else words_of(read).values():
        plain = plain[:start] + " " * (end - start) + plain[end:]
    left = (word for word in _WORD.findall(plain) if word not in _SMALL and word not in _said(read))
    return (*done, *left)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _said(read: Directions) -> frozenset[str]:
    """Words of the phases, which stand in the whole text."""
    return frozenset(word for phase in read.phases for word in _WORD.findall(phase.text.lower()))
