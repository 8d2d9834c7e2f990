"""A passage in pieces, those words marked that a question asks with, or that a card's concern shares with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.evidence.answering import spans


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage. `marked`: it is a word that the question asks with."""

    text: str
    marked: bool


def pieces_of(passage: str, question: str) -> tuple[Piece, ...]:
    """The text in order, the words marked that the question asks with; joined again it is the text."""
    return cut(passage, spans(passage, question))


def cut(passage: str, marked: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text cut at its marked spans (start, end), in order."""
    pieces: list[Piece] = []
    at = 0
    for start, end in marked:
        pieces += [Piece(passage[at:start], False)] if start > at else []
        pieces.append(Piece(passage[start:end], True))
        at = end
    return (*pieces, Piece(passage[at:], False)) if at < len(passage) else tuple(pieces)
