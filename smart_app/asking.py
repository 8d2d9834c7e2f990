"""A question and a passage -> the passage in pieces, those words marked that the question asks with."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_LEAST = 4  # letters of a word that is worth marking; shorter ones only as they stand
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s")
_SMALL = frozenset(
    """a an and are as at be by can could did do does for from has have how i if in is it its may me my of on or should
    so than that the their them then there these they this to was what when where which who why will with would
    you""".split()  # noqa: SIM905 - a list of words reads as words
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage. `marked`: it is a word that the question asks with."""

    text: str
    marked: bool


def pieces_of(text: str, question: str) -> tuple[Piece, ...]:
    """The text in order; joined again it is the text."""
    asked = {_stem(word) for word in _WORD.findall(question.lower()) if word not in _SMALL}
    pieces: list[Piece] = []
    at = 0
    for match in _WORD.finditer(text):
        if _stem(match[0].lower()) in asked:
            pieces += [Piece(text[at : match.start()], False)] if match.start() > at else []
            pieces.append(Piece(match[0], True))
            at = match.end()
    return (*pieces, Piece(text[at:], False)) if at < len(text) else tuple(pieces)


def _stem(word: str) -> str:
    """What forms of one word have in common, as far as marking needs it: interaction, interacts, interacting."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word.removesuffix(ending)
    return word
