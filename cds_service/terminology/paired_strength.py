"""Strengths of a combination of two drugs: "875-125", "200/28.5 per 5 mL", "DS", or the one number that tells which.

A strength is told only when the text leaves one: a pair that nobody makes, two pairs, and a number that fits several
products give None. Two tablets of 500/125 are then not one of 1000/125.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<a>\d+(?:\.\d+)?)/(?P<b>\d+(?:\.\d+)?)(?:/(?P<per>\d+(?:\.\d+)?))?(?:=(?P<word>[a-z-]+))?")
_PAIR = re.compile(
    r"(?<![\d./-])(\d+(?:\.\d+)?) ?(?:mg)? ?[-/] ?(\d+(?:\.\d+)?) ?(?:mg)?(?![\d.]| ?-)"
    r"(?: ?(?:/|per) ?(?P<per>\d+)? ?ml)?",
    re.IGNORECASE,
)

_LEAST_STRENGTH = 100  # of the larger part; "1-2 tablets" and "q8-12h" are no strengths
# "875 mg", and the bare "875" of "augmentin 875 1 tab"; not what is per kg or in mL.
_MILLIGRAMS = re.compile(r"(?<![\d./-])(?:(\d+(?:\.\d+)?) ?mg\b(?!/)|(\d{3,4})(?![\d./-]| ?m))", re.IGNORECASE)
_NAME_WITH_NUMBER = re.compile(r"\b[a-z]+-\d+\b", re.IGNORECASE)  # "es-600" is a name, not a dose


@dataclass(frozen=True, slots=True)
class PairedStrength:
    """`parts`: mg of each drug in one tablet, or in `millilitres` of a liquid; `word` alone also says which ("ds")."""

    parts: tuple[float, float]
    millilitres: float | None = None
    word: str = ""

    @classmethod
    def of(cls, written: str) -> PairedStrength:
        """`875/125`, `600/42.9/5` (in 5 mL), `800/160=ds`; ValueError for anything else."""
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise ValueError(f"{written!r} is no strength of two drugs")
        per = float(match["per"]) if match["per"] else None
        return cls((float(match["a"]), float(match["b"])), per, match["word"] or "")


@dataclass(frozen=True, slots=True)
class Told:
    """Which strength a text tells; `rest` is the text without it, whose numbers are the directions'."""

    strength: PairedStrength
    rest: str


def strength_in(text: str, made: Iterable[PairedStrength]) -> Told | None:
    """The one of `made` that the text tells; None when it tells none or leaves several."""
    made = tuple(made)
    pairs = [pair for pair in _PAIR.finditer(text) if max(float(pair[1]), float(pair[2])) >= _LEAST_STRENGTH]
    if pairs:
        return _written_out(text, pairs, made)
    worded = [one for one in made if one.word and re.search(rf"\b{one.word}\b", text, re.IGNORECASE)]
    if worded:
        return Told(worded[0], _NAME_WITH_NUMBER.sub(" ", text)) if len(worded) == 1 else None
    return _by_parts(text, made)


def _written_out(text: str, pairs: list[re.Match[str]], made: tuple[PairedStrength, ...]) -> Told | None:
    stated = {(frozenset((float(pair[1]), float(pair[2]))), "ml" in pair[0].lower()) for pair in pairs}
    found = [one for one in made if (frozenset(one.parts), one.millilitres is not None) in stated]
    if len(stated) != 1 or len(found) != 1:
        return None
    for pair in pairs:
        text = text.replace(pair[0], " ")
    return Told(found[0], _NAME_WITH_NUMBER.sub(" ", text))


def _by_parts(text: str, made: tuple[PairedStrength, ...]) -> Told | None:
    """As in "amoxicillin 875 mg / clavulanate 125 mg", and "augmentin 875 mg bid": a number in one tablet alone."""
    numbers = {float(marked or bare) for marked, bare in _MILLIGRAMS.findall(text)}
    found = [one for one in made if one.millilitres is None and numbers and numbers <= set(one.parts)]
    return Told(found[0], _MILLIGRAMS.sub(" ", text)) if len(found) == 1 else None
