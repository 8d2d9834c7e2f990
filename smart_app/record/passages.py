"""The passages that a card cites, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smart_app.record.marking import Piece, pieces_of
from smart_app.wording import link, members, optional, text


@dataclass(frozen=True, slots=True)
class PassageLine:
    """One cited passage. `number` is the [n] that claims carry; `url` is None when no usable link is recorded."""

    number: int
    id: str
    title: str
    text: str
    kind: str
    source: str
    publisher: str
    year: str
    locator: str
    identifier: str
    url: str | None
    pieces: tuple[Piece, ...] = ()  # its text, with the words marked that the concern shares with it


def passage_lines(rows: Sequence[Mapping[str, Any]], about: str) -> tuple[PassageLine, ...]:
    """`about`: the words of the concern, which are marked in the passages."""
    return tuple(_passage(number, row, about) for number, row in enumerate(rows, start=1))


def _passage(number: int, row: Mapping[str, Any], about: str) -> PassageLine:
    source = members(row, "source")
    return PassageLine(
        number=number,
        id=text(row, "id"),
        title=text(row, "title") or text(source, "title") or "Title not recorded",
        text=text(row, "text"),
        kind=text(row, "kind") or "kind not recorded",
        source=text(source, "title"),
        publisher=text(source, "publisher"),
        year=optional(source.get("year")),
        locator=text(row, "locator"),
        identifier=text(source, "identifier"),
        url=link(source.get("url")),
        pieces=pieces_of(text(row, "text"), about),
    )
