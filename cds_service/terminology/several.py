"""Which parts of one typed text are orders of their own: "lisinopril 10 mg daily and metformin 500 mg bid".

An order begins where a name, or a word with a dose in a unit, stands right behind a mark that lists ("and", "+", ",",
";", a new line) and goes on as an order does. Nothing begins after a slash or "with", inside a known combination, after
"stop", "instead of", "take before" and their like, or where "allergy", "level", "stopped" follows the name. In doubt a
drug is only spoken of, and a note of the order names it. What comes first and is said to end is no order either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cds_service.terminology.combination import NOT_COMPONENTS, SALTS, run_of
from cds_service.terminology.lexicon import Mention

_BEGIN = r"start|begin|add|give|order|continue|resume|restart|initiate|prescribe|increase|decrease|reduce"
_LEAD = rf"(?:\s|[,;+&*•-]|\d[.)]\s|\b(?:and|plus|then|also|a|new|{_BEGIN})\b)*"
_MARK = re.compile(rf"(?P<mark>[,;+&\n]|\.\s|(?<=[\s\d])(?:and|plus|then)\b)(?P<lead>{_LEAD})\Z", re.IGNORECASE)
_VERB = re.compile(rf"\b(?:{_BEGIN})\b", re.IGNORECASE)
# What stands between two orders and says that the next name is none.
_SPOKEN_OF = re.compile(
    r"\b(?:stop\w*|d/?c|discontinu\w*|hold\w*|held|instead|replac\w*|in place|rather|than|off|allerg\w*|intoleran\w*"
    r"|fail\w*|was|were|had|has|not|no|never|avoid\w*|without|with|while|when|if|unless|until|since|because|due|before"
    r"|after|prior|from|of|between|separate\w*|contain\w*|or|versus|vs|on|against|interact\w*|d5w?|check)\b",
    re.IGNORECASE,
)
# A direction with these words says nothing about the drug behind it.
_DIRECTION = re.compile(
    r"\b(?:with|before|after|on|without|between|of) (?:(?:an?|the|each|every|or|full|empty|evening|morning) )*"
    r"(?:meals?|food|breakfast|lunch|dinner|supper|milk|water|juice|snacks?|stomach|bedtime|dialysis|hd|sleep)\b"
    r"|\bor (?:as needed|prn)\b|\bif needed\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:stop|d/?c|discontinue|hold|instead of|in place of|replacing|allerg(?:ic|y) to|failed|intolerant (?:to|of))"
    r"(?: (?:home|the|her|his|their|current))?\s*\Z",
    re.IGNORECASE,
)
_NEAR = 24  # characters before a name that are asked what they say of it
_FORMS = """
carbonate er xr xl sr cr la dr ec odt ir hfa extended delayed release tablet tablets tab tabs capsule capsules cap caps
cream ointment gel lotion patch inhaler nasal spray drops oral po iv ivp ivpb im sc sq subq sl pr oint neb nebs
nebulizer low dose baby drip infusion suspension syrup solution
"""
_FORM = rf"(?:\s|\b(?:{'|'.join((*SALTS, *_FORMS.split()))})\b)*"
_WHEN = (
    r"q ?\d\w*|q\w{1,3}|bid|tid|qid|daily|once|twice|nightly|weekly|monthly|every|prn|as needed|at bedtime|hs|each|per"
    r"|stat"
)
_AMOUNT = re.compile(rf"{_FORM}(?:,{_FORM})?(?:to )?(?:\.?\d|\b(?:{_WHEN})\b)", re.IGNORECASE)
_BARE = re.compile(rf"{_FORM}(?:\Z|[.,;+&\n]|\b(?:and|plus|for|then)\b)", re.IGNORECASE)
# A word that no table knows is a drug's name only with a dose in a unit behind it.
_UNKNOWN = re.compile(r"(?<![^\W_])([^\W\d_]{6,})(?=\s+\d[\d.,]*\s*(?:mg|mcg|meq)\b)", re.IGNORECASE)
_AT_THE_HEAD = re.compile(rf"[\s*•-]*(?:\d[.)]\s*)?(?:\b(?:{_BEGIN}|please|rx)\b[\s:]*)*", re.IGNORECASE)
_OTHER_WORDS = """
repeat titrate taper additional maximum evening morning bedtime breakfast dinner supper afternoon midday second
tonight tomorrow weekly before reducing increasing decreasing target loading maintenance remaining nightly alternate
alternating initial initially advance around exactly within should usually during
"""
_NO_NAMES = NOT_COMPONENTS | frozenset(_OTHER_WORDS.split())
_LONGEST_LEAD = 60  # characters; a name behind more marks and verbs than that is looked at from the last of them
_MOST_NAMES = 24  # of one product; the longest that the tables know has 22 ingredients
_EDGES = " \t\r\n,;+&*•-"

IsProduct = Callable[[frozenset[str]], bool]


@dataclass(frozen=True, slots=True)
class Parts:
    """`orders`: the text of each order, in reading order. `ended`: what comes first and is said to be stopped."""

    orders: tuple[str, ...]
    ended: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    """A drug as it is named: a combination is one. Without RxCUIs it is a word that no table knows."""

    start: int
    end: int
    rxcuis: frozenset[str] = frozenset()


def parts_of(text: str, mentions: Sequence[Mention], is_product: IsProduct) -> Parts:
    """The orders in `text`; the whole of it when it is one.

    `mentions` are the drug names in it. `is_product` knows the sets of ingredients that are one product.
    """
    names = sorted((*_known(text, mentions, is_product), *_unknown(text, mentions)), key=lambda name: name.start)
    starts = list(_starts(text, names)) if len(names) > 1 else []
    if not starts:
        return Parts((text,))
    begins, ends = [0, *(at for _, at in starts)], [*(mark for mark, _ in starts), len(text)]
    orders = tuple(text[begin:end].strip(_EDGES) for begin, end in zip(begins, ends, strict=True))
    return Parts(orders[1:], orders[0]) if _ENDED.search(text[: names[0].start]) else Parts(orders)


def _known(text: str, mentions: Sequence[Mention], is_product: IsProduct) -> Iterator[_Name]:
    """Each chain of joined names is gone through once: what begins within it joins the same names."""
    at = 0
    while at < len(mentions):
        chain = run_of(text, mentions[at:])
        at += len(chain)
        marked = [_has_mark(text, one, other) for one, other in pairwise(chain)]
        first = 0
        while first < len(chain):
            end = _end_of_one(chain, marked, first, is_product)
            one, first = chain[first:end], end
            yield _Name(one[0].span[0], one[-1].span[1], _ingredients(one))


def _has_mark(text: str, one: Mention, other: Mention) -> bool:
    return bool(_mark(text[one.span[1] : other.span[0]]))


def _mark(before: str) -> re.Match[str] | None:
    """The mark that lists, and its lead, at the end of what stands before a name."""
    return _MARK.search(before, max(0, len(before) - _LONGEST_LEAD))


def _end_of_one(chain: Sequence[Mention], marked: Sequence[bool], first: int, is_product: IsProduct) -> int:
    """Where the order that begins at `first` ends in the chain: behind the last name with which it is one product.

    What only a slash, a hyphen or "with" joins is one order, whether or not a product of it is known.
    """
    end = next((at + 1 for at in range(first, len(marked)) if marked[at]), len(chain))
    ingredients: set[str] = set()
    for at, mention in enumerate(chain[first : first + _MOST_NAMES], first):
        ingredients.update(mention.rxcuis)
        if at >= end and is_product(frozenset(ingredients)):
            end = at + 1
    return end


def _ingredients(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(rxcui for mention in mentions for rxcui in mention.rxcuis)


def _unknown(text: str, mentions: Sequence[Mention]) -> Iterator[_Name]:
    for match in _UNKNOWN.finditer(text):
        start, end = match.span()
        mark = _MARK.search(text[max(0, start - _NEAR) : start])
        listed = _AT_THE_HEAD.fullmatch(text, 0, start) or (mark and mark["mark"] not in (",", ". "))
        before = bisect_right(mentions, start, key=lambda one: one.span[0])
        inside = before > 0 and start < mentions[before - 1].span[1]
        if listed and not inside and match[1].lower() not in _NO_NAMES:
            yield _Name(start, end)


def _starts(text: str, names: Sequence[_Name]) -> Iterator[tuple[int, int]]:
    """(where the mark before it stands, where it begins) of each further order."""
    last, ordered = names[0], set(names[0].rxcuis)
    head = text[: last.start]
    ended = bool(_ENDED.search(head))
    spoken = ended or bool(_SPOKEN_OF.search(head[-_NEAR:]))
    for name in names[1:]:
        between = text[last.end : name.start]
        mark = _mark(between)
        new = not name.rxcuis or not name.rxcuis <= ordered
        if new and mark and _opens(between, mark, spoken, ended) and _goes_on(text, name, mark):
            yield last.end + mark.start(), name.start
            ordered |= name.rxcuis
            spoken = ended = False
        elif new:
            spoken, ended = True, False
        last = name


def _opens(between: str, mark: re.Match[str], spoken: bool, ended: bool) -> bool:
    if _VERB.search(mark["lead"]):
        return True
    if spoken and not (ended and mark["mark"][0] in ",;.\n"):
        return False
    return not _SPOKEN_OF.search(_DIRECTION.sub(" ", between[: mark.start()]))


def _goes_on(text: str, name: _Name, mark: re.Match[str]) -> bool:
    """As an order does. Behind a comma alone a bare name is no order yet."""
    if _AMOUNT.match(text, name.end):
        return True
    listed = mark["mark"] != "," or bool(mark["lead"].strip())
    return listed and bool(_BARE.match(text, name.end))
