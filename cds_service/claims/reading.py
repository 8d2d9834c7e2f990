"""A sentence as the verifier reads it: drugs, quantities with their units, poles of opposites, and what is negated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cds_service.claims.opposites import NEGATIONS, POLES
from cds_service.terminology.lexicon import Lexicon

Kind = Literal["drug", "number", "pole", "word", "break"]
REACH = 5  # how many words a negation governs
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019][^\W\d_]+)*|[<>\u2264\u2265%]|[.;:!?]")
# Parts of a unit, and no figures of their own: "/1.73 m2", "10*9/L".
_INDEXED = re.compile(r"/\s?[{(]?1\.73[ _]?m(?:2|\^2)?[)}]?|(?:× ?)?\b10[*^]\d{1,2}(?=/)")
_UNITS = frozenset(
    """mg mcg g kg ml l dl mmol umol meq iu unit units % hour hours day days week weeks month months year years ms mmhg
    minute minutes fold times points""".split()  # noqa: SIM905 - a list of words reads as words
)
_UNIT_NAMES = {"hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year", "units": "unit"}
_IN_MG = {"g": 1000.0, "mg": 1.0, "mcg": 0.001}
_SMALL = frozenset(
    """a an and are as at be been by do does for from has have in into is it its of on or per than that the their them
    then there these they this those to was were when which while who will""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """`slot`: what it may be compared with; `value`: what must then agree. `negated`: a negation governs it."""

    kind: Kind
    slot: str
    value: str
    negated: bool
    text: str


@lru_cache(maxsize=16_384)
def read(text: str, lexicon: Lexicon) -> tuple[Token, ...]:
    """The tokens of a text in order. Texts of rows come again and again: each is read once."""
    text = _INDEXED.sub("", text)
    mentions = [mention for mention in lexicon.find(text) if mention.certain]
    tokens: list[Token] = []
    governed = 0
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() < at:
            continue
        mention = next((one for one in mentions if one.span[0] == match.start()), None)
        word = match[0].lower().replace("\u2019", "'")
        if mention is not None:
            at = mention.span[1]
            tokens.append(Token("drug", "drug", "+".join(sorted(mention.rxcuis)), governed > 0, mention.text))
        elif word in NEGATIONS:
            governed = REACH + 1
            tokens.append(Token("word", word, word, False, match[0]))
        elif word in ".;:!?":
            governed = 0
            tokens.append(Token("break", word, word, False, word))
        else:
            tokens.append(_token(word, match, text, governed > 0))
        governed = max(0, governed - 1)
    return tuple(tokens)


def _token(word: str, match: re.Match[str], text: str, negated: bool) -> Token:
    if word[0].isdigit():
        figure = word.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word) else word.replace(",", ".")
        figure = figure.rstrip("0").rstrip(".") if "." in figure else figure
        return Token("number", "number", _quantity(figure, _unit(text, match.end())), negated, word)
    if word in POLES:
        axis, pole = POLES[word]
        return Token("pole", axis, str(pole), negated, word)
    return Token("word", stem(word), stem(word), negated, word)


def _quantity(figure: str, unit: str) -> str:
    """ "4 g" and "4000 mg" are one quantity."""
    if unit in _IN_MG:
        return f"{float(figure) * _IN_MG[unit]:g} mg"
    return f"{figure} {unit}".strip()


def _unit(text: str, at: int) -> str:
    """The unit that follows a number, or nothing."""
    following = re.match(r"[\s-]?(%|[^\W\d_]+)", text[at:])
    word = following[1].lower() if following else ""
    return _UNIT_NAMES.get(word, word) if word in _UNITS else ""


def stem(word: str) -> str:
    """What forms of one word have in common, as far as comparing needs it."""
    if word.endswith("ies") and len(word) > 6:
        return word.removesuffix("ies") + "y"
    for ending in ("ations", "ation", "ings", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def is_content(token: Token) -> bool:
    """Whether a token says something, so that a negation before it changes what is said."""
    return token.kind != "break" and token.slot not in _SMALL and token.slot not in NEGATIONS
