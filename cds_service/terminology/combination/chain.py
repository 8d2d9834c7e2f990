"""Which names in a text make one combination: "amlodipine 5 mg / benazepril 10 mg", "hydrocodone-acetaminophen 5-325".

Between two names of one combination stand only the first one's salt, strengths, units and a joining mark, never another
word. A word that is joined on in the same way and is no name we know is a component that nobody will check: it is
handed out to be said. Some names are everyday words ("starch") and count as a component alone, behind a mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cds_service.terminology.combination.strangers import stranger_before, stranger_behind
from cds_service.terminology.combination.words import LETTERS, NOT_COMPONENTS, OF_ONE, SALTS, TIGHT, UNIT
from cds_service.terminology.lexicon import Mention

_BETWEEN = re.compile(rf"{OF_ONE}(?:[\s\d.,:%()/+&-]|{UNIT}|\band\b|\bwith\b|\bw/)*", re.IGNORECASE)
_TIGHTLY = re.compile(TIGHT, re.IGNORECASE)
_AND = re.compile(rf"{OF_ONE}\s+and\s+", re.IGNORECASE)
_MARK = re.compile(r"[/+&-]|\band\b|\bwith\b|\bw/", re.IGNORECASE)
_WORD_BEHIND = re.compile(rf"\s+(?!{UNIT}|and\b|with\b|w/)({LETTERS}{{3,}})", re.IGNORECASE)
# The four letters without meaning that tell a biological from its biosimilars ("risankizumab-rzaa"; FDA guidance on
# nonproprietary naming of biological products, 2017). No biological is combined with a drug of four letters.
_BIOLOGICAL = ("mab", "cept", "grastim", "kinra", "poetin alfa", "glargine", "aspart", "lispro")
_LONGEST_STEM = max(map(len, _BIOLOGICAL))
_BIOSIMILAR = re.compile(r"-[^\W\d_]{4}(?![^\W_])")
_OPENED = re.compile(rf"(?:(?!\d\s*(?:%|{UNIT}))[^()/+]){{0,80}}\(\s*", re.IGNORECASE)
_STRENGTH_NEXT = re.compile(rf"{OF_ONE}\s*\d[\d.,]*\s*(?:%|{UNIT})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Joined:
    """`names` make one combination, in reading order; `unknown` are words that stand as further components of it."""

    names: tuple[Mention, ...]
    unknown: tuple[str, ...]

    @property
    def span(self) -> tuple[int, int]:
        return self.names[0].span[0], self.names[-1].span[1]


def joined(text: str, mentions: Sequence[Mention], components: Sequence[Mention] = ()) -> Joined:
    """The first mention and what is joined to it; of a product whose composition stands in brackets, that composition.

    `components` are the words in the text that are names only as a component.
    """
    apart = frozenset(
        one for one in components if not any(_overlap(one, other) for other in mentions) and not _goes_on(text, one)
    )
    everything = sorted((*mentions, *apart), key=lambda mention: mention.span)
    for start in range(everything.index(mentions[0]) + 1):
        found = _chain(text, everything[start:], apart)
        if mentions[0] in found.names:
            break
    found = _composition(text, found.names[0], everything, apart) or found
    surer = {one.span[0]: one for one in components if len(found.names) > 1 and not _goes_on(text, one)}
    return Joined(tuple(one if one.certain else surer.get(one.span[0], one) for one in found.names), found.unknown)


def with_listed(text: str, mentions: Sequence[Mention], components: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions; of a list with everyday words that begins the text, one mention for the whole of it."""
    apart = frozenset(one for one in components if not any(_overlap(one, other) for other in mentions))
    everything = sorted((*mentions, *apart), key=lambda mention: mention.span)
    listed = _listed(text, everything, apart)
    if not listed:
        return tuple(mentions)
    span = (listed[0].span[0], listed[-1].span[1])
    rxcuis = tuple(dict.fromkeys(rxcui for one in listed for rxcui in one.rxcuis))
    whole = Mention(span, text[slice(*span)], text[slice(*span)], rxcuis, certain=True)
    return (whole, *(one for one in mentions if one not in listed))


def run_of(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The first of the mentions and those that are joined to it behind it."""
    return _chain(text, mentions, frozenset()).names


def _chain(text: str, everything: Sequence[Mention], weak: frozenset[Mention]) -> Joined:
    """The first of `everything` and what is joined on behind it, known or not."""
    names, unknown = [everything[0]], list(stranger_before(text, everything[0].span[0]))
    end = _past_biosimilar(text, everything[0].span[1])
    weak -= frozenset(_listed(text, everything, weak))
    for mention in everything[1:]:
        if mention in weak and not _joins(text, end, mention, strict=True):
            continue  # an everyday word where no component stands: the salt in "phenyltoloxamine citrate-salicylamide"
        while not _joins(text, end, mention, strict=bool(weak & {names[-1], mention})):
            stranger = stranger_behind(text, end)
            if stranger is None or stranger[1] > mention.span[0]:
                return Joined(tuple(names), (*unknown, *([stranger[0]] if stranger else [])))
            unknown.append(stranger[0])
            end = stranger[1]
        names.append(mention)
        end = _past_biosimilar(text, mention.span[1])
    last = stranger_behind(text, end)
    return Joined(tuple(names), (*unknown, *([last[0]] if last else [])))


def _listed(text: str, everything: Sequence[Mention], weak: frozenset[Mention]) -> Sequence[Mention]:
    """Names and everyday words that begin a text and that nothing but "and" joins, up to a sure name behind the last
    such word: "Glucose and Potassium Chloride", "arginine and calcium carbonate and maca"."""
    if not (weak and everything) or text[: everything[0].span[0]].strip():
        return ()
    gaps = enumerate(pairwise(everything), 1)
    apart = (at for at, (one, other) in gaps if not _AND.fullmatch(text, one.span[1], other.span[0]))
    run = everything[: next(apart, len(everything))]
    ends = [at for at, (one, other) in enumerate(pairwise(run), 1) if one in weak and other not in weak]
    return run[: ends[-1] + 1] if ends else ()


def _joins(text: str, end: int, mention: Mention, *, strict: bool) -> bool:
    between = text[end : mention.span[0]]
    if strict:
        return bool(_TIGHTLY.fullmatch(between))
    return bool(_BETWEEN.fullmatch(between) and _MARK.search(between))


def _composition(text: str, brand: Mention, everything: Sequence[Mention], weak: frozenset[Mention]) -> Joined | None:
    """ "Triaminic Cold (chlorpheniramine 1 MG / phenylephrine 2.5 MG)": makers change what a name holds."""
    opened = _OPENED.match(text, brand.span[1])
    inside = [one for one in everything if opened and one.span[0] >= opened.end()]
    if not (opened and inside and inside[0].span[0] == opened.end()):
        return None
    found = _chain(text, inside, weak)
    several = len(found.names) + len(found.unknown) > 1 and inside[0] not in weak
    return found if several and _STRENGTH_NEXT.match(text, inside[0].span[1]) else None


def _goes_on(text: str, component: Mention) -> bool:
    """Whether a word that no order has stands right behind: "zinc ozyd" is no zinc."""
    behind = _WORD_BEHIND.match(text, component.span[1])
    return behind is not None and behind[1].lower() not in NOT_COMPONENTS.union(SALTS)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _past_biosimilar(text: str, end: int) -> int:
    letters = (
        _BIOSIMILAR.match(text, end) if text[max(0, end - _LONGEST_STEM) : end].lower().endswith(_BIOLOGICAL) else None
    )
    return letters.end() if letters else end
