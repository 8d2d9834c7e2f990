"""Which words of a text state each part of the directions: the shortest run of words that alone says the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_once

Span = tuple[int, int]
_LONGEST = 9  # words that state one part
_WORD = re.compile(r"\S+")
PARTS: Mapping[str, Callable[[Directions], object]] = {
    "dose": lambda read: read.dose,
    "timing": lambda read: read.timing,
    "route": lambda read: read.route,
    "as needed": lambda read: (read.as_needed, read.reason) if read.as_needed else None,
    "duration": lambda read: read.duration,
    "limit": lambda read: read.limit,
    "quantity": lambda read: read.quantity,
    "refills": lambda read: read.refills,
}


def words_of(read: Directions) -> Mapping[str, Span]:
    """Part -> (start, end) in `read.text`, for every part that was read and is said by words standing together."""
    wanted = {name: value for name, of in PARTS.items() if (value := of(read)) is not None}
    found: dict[str, Span] = {}
    for start, end in _windows(read.text):
        alone = _alone(read.text[start:end])
        for name, value in wanted.items():
            if name not in found and PARTS[name](alone) == value:
                found[name] = (start, end)
        if len(found) == len(wanted):
            break
    return {name: found[name] for name in wanted if name in found}


def _windows(text: str) -> Iterator[Span]:
    """Runs of words, the shortest first, in reading order."""
    words = [match.span() for match in _WORD.finditer(text)]
    for length in range(1, min(_LONGEST, len(words)) + 1):
        for at in range(len(words) - length + 1):
            start, end = words[at][0], words[at + length - 1][1]
            yield start, start + len(text[start:end].rstrip(",.;"))


def _alone(part: str) -> Directions:
    """A part like "#30" is not read by itself, so a frequency is set beside it, which then does not count."""
    read = read_once(part)
    return read if read.abstained is None else replace(read_once(f"use daily {part}"), timing=None)
