"""The text of a note -> its sentences, each with the section that it stands in.

A list on its heading's own line ends with it, unless entries follow. Lines that were only wrapped are read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from cds_service.terminology.notes.headings import BULLET, LISTS, Section, heading_inside, heading_of
from cds_service.terminology.notes.telling import entries

LONGEST_SENTENCE = 600
_END = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bvs)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)"
    r"(?<![.\s])[.!?]+[\"')\]]*(?=\s+(?:[A-Z0-9\"'(\[*-]|$))"
)
# A note of a stay: its bare "meds" are what is given there.
_STAY = re.compile(r"\b(?:hospital day|hd ?#? ?\d|pod ?#? ?\d|icu (?:day|progress)|inpatient progress)", re.IGNORECASE)
_BARE = re.compile(r"\W*(?:current |active )?(?:meds?|medications)\W*", re.IGNORECASE)
# Forms in one line: "Diabetes: no    Asthma: yes".
_ANSWERS = re.compile(r"\b(?:yes|no|[YN])\s{2,}(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` as it stands in the note but for line breaks; `start` is its place there."""

    text: str
    start: int
    section: Section


def sentences(note: str) -> Iterator[Sentence]:
    """In reading order. Headings are not sentences."""
    for block in _blocks(note):
        yield from _split(block.text, block.start, block.section)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together. `own_line`: the list of the section stands on the line of its heading."""

    text: str
    start: int
    section: Section
    own_line: bool = False


def _blocks(note: str) -> Iterator[_Block]:
    """Blank ones too. A heading in the middle of a line begins a block of its own."""
    block, stay, begins = _Block("", 0, ""), bool(_STAY.search(note[:200])), 0
    for line in note.split("\n"):
        following = _following(block, line, begins, stay)
        if following is None:
            block = _Block(f"{block.text} {line}", block.start, block.section, block.own_line)
        else:
            yield block
            block = following
        while (inside := heading_inside(block.text)) is not None:
            cut, end, section = inside
            yield _Block(block.text[:cut], block.start, block.section)
            block = _headed(block.text, cut, end, section, block.start, stay)
        begins += len(line) + 1
    yield block


def _following(block: _Block, line: str, begins: int, stay: bool) -> _Block | None:
    """The block that a line begins; None where it goes on with the one before."""
    found = heading_of(line, block.section in LISTS)
    if found is not None:
        section, end = found
        return _headed(line, 0, end, section, begins, stay)
    goes_on = _continues(block.text, line, block.section)
    if block.own_line and not goes_on and _ends_list(block.text, line):
        return _Block(line, begins, "")
    if block.text.strip() and goes_on:
        return None
    return _Block(line, begins, block.section, block.own_line)


def _headed(text: str, cut: int, end: int, section: Section, start: int, stay: bool) -> _Block:
    """What stands behind a heading that lies from `cut` to `end`."""
    if stay and section == "medications" and _BARE.fullmatch(text[cut:end]):
        section = "here"
    rest = text[end:]
    return _Block(rest, start + end, section, section in LISTS and bool(rest.strip()))


def _ends_list(held: str, line: str) -> bool:
    """True when `line` is no further entry of a list that began on its heading's line, and is not indented."""
    if not line.strip() or line[0].isspace() or BULLET.match(line):
        return False
    is_prose = len(line.split()) > 4 and bool(re.search(r"[.!?](?:\s|$)", line))
    return held.rstrip().endswith(".") or is_prose


def _continues(held: str, line: str, section: Section) -> bool:
    """True when a line was only wrapped."""
    following = line.strip()
    if not following or BULLET.match(line) or held.rstrip().endswith((".", "!", "?", ":", ";")):
        return False
    if len(held) > LONGEST_SENTENCE:
        return False
    # A list in small letters has one entry a line.
    is_short_entry = section in LISTS and len(held.rpartition("\n")[2]) <= 60
    if (following[0].islower() and not is_short_entry) or held.rstrip().endswith((",", " and", " or", " with", "(")):
        return True
    return section not in LISTS and len(held.rpartition("\n")[2]) > 60


def _split(block: str, start: int, section: Section) -> Iterator[Sentence]:
    found = list(_pieces(block))
    listed = entries(text for _, text in found) if section == "allergies" else repeat(True)
    for (begins, text), in_list in zip(found, listed, strict=False):
        yield Sentence(text, start + begins, section if in_list else "")


def _pieces(block: str) -> Iterator[tuple[int, str]]:
    """The sentences of a block, stripped, with their places; one that is too long in parts."""
    at = 0
    ends = {match.end() for pattern in (_END, _ANSWERS) for match in pattern.finditer(block)}
    for end in [*sorted(ends), len(block)]:
        for begins in range(at, end, LONGEST_SENTENCE):
            text = block[begins : min(end, begins + LONGEST_SENTENCE)]
            if text.strip():
                yield begins + len(text) - len(text.lstrip()), text.strip()
        at = end
