"""Whether a sentence says what its ground says. It reads no meaning; it compares what must not differ.

Each drug, number with its unit, pole of an opposite ("raises", "below", "stop") and negation of the sentence is held
against the place of the ground that its neighbours fit best. There the same must stand. So a drug, a figure or a
direction that the ground has in another place does not help, and neither does a negation that was left out.
A fact of the chart is ground for its drugs and figures wherever they are said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cds_service.claims.opposites import NEGATIONS, QUIET
from cds_service.claims.reading import Token, is_content, read
from cds_service.terminology.lexicon import Lexicon

NEAR = 4  # how many words on each side are neighbours
Place = tuple[Token, frozenset[str]]
Ground = Sequence[Mapping[str, tuple[Place, ...]]]


@lru_cache(maxsize=16_384)
def disagreements(
    text: str,
    grounds: tuple[str, ...],
    lexicon: Lexicon,
    facts: tuple[str, ...] = (),
    concepts: frozenset[str] = frozenset(),
    template: bool = False,
) -> tuple[str, ...]:
    """Why the sentence does not stand, in a word or two each; empty when it does.

    `grounds` are passages and words of the rule, `facts` texts of the chart, `concepts` RxCUIs of the finding. Of a
    `template` of ours a direction or a negation may stand that the ground says nothing of; what it does speak of must
    agree all the same.
    """
    sentence = _places(text, lexicon)
    if not sentence:
        return ("says nothing",)
    ground = [_by_slot(one, lexicon) for one in (*grounds, *facts)]
    known = _values([token for one in facts for token in read(one, lexicon)])
    known |= {("drug", concept) for concept in concepts}
    reasons: list[str] = []
    for token, near in sentence:
        if (token.kind, token.value) in known and token.kind in ("drug", "number") and not token.negated:
            continue
        reason = _disagreement(token, near, ground)
        own = template and (token.kind == "pole" or token.slot in NEGATIONS) and not _spoken_of(token, ground)
        if reason and not own and reason not in reasons:
            reasons.append(reason)
    return tuple(reasons)


def _spoken_of(token: Token, ground: Ground) -> bool:
    return any(token.slot in places for places in ground)


def _disagreement(token: Token, near: frozenset[str], ground: Ground) -> str:
    if token.slot in NEGATIONS:
        return "" if _spoken_of(token, ground) else "negation"
    if not is_content(token) or token.text in QUIET:
        return ""
    places = [(len(near & said), one) for found in ground for one, said in found.get(token.slot, ())]
    if not places:
        return {"drug": "drug", "number": "number", "pole": "direction"}.get(token.kind, "")
    best = max(score for score, _ in places)
    fitting = [one for score, one in places if score == best]
    fitting = [one for one in fitting if _agree(token, one)]
    if not fitting:
        return _differing(token, [one for score, one in places if score == best])
    if not any(one.negated == token.negated for one in fitting):
        return "negation"
    return ""


def _agree(token: Token, other: Token) -> bool:
    """A figure without a unit says less than one with it, and nothing else."""
    bare = token.kind == "number" and " " not in token.value
    return other.value == token.value or (bare and other.value.partition(" ")[0] == token.value)


def _differing(token: Token, fitting: Sequence[Token]) -> str:
    if token.kind == "number":
        figure = token.value.partition(" ")[0]
        return "unit" if any(one.value.partition(" ")[0] == figure for one in fitting) else "number"
    return "direction" if token.kind == "pole" else token.kind


def _values(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    found = {(one.kind, one.value) for one in tokens if one.kind in ("drug", "number")}
    drugs = {(kind, part) for kind, value in found if kind == "drug" for part in value.split("+")}
    bare = {(kind, value.partition(" ")[0]) for kind, value in found if kind == "number"}
    return found | drugs | bare


@lru_cache(maxsize=1024)
def _by_slot(text: str, lexicon: Lexicon) -> Mapping[str, tuple[Place, ...]]:
    """Where a text speaks of what: the places of each slot."""
    found: defaultdict[str, tuple[Place, ...]] = defaultdict(tuple)
    for place in _places(text, lexicon):
        found[place[0].slot] += (place,)
    return dict(found)


@lru_cache(maxsize=1024)  # each takes some 20 KB
def _places(text: str, lexicon: Lexicon) -> tuple[Place, ...]:
    """The tokens of a text, each with what stands near it, itself left out; words of another text are nobody's
    neighbours.

    A neighbour counts with its side, which tells A before B from B before A.
    """
    tokens = read(text, lexicon)
    names = [_name(token) for token in tokens]
    before, after = [f"<{name}" if name else "" for name in names], [f">{name}" if name else "" for name in names]
    sides = (before[max(0, at - NEAR) : at] + after[at + 1 : at + 1 + NEAR] for at in range(len(names)))
    return tuple((token, frozenset(filter(None, near))) for token, near in zip(tokens, sides, strict=True))


def _name(token: Token) -> str:
    """A break has none."""
    if token.kind == "break":
        return ""
    return token.value if token.kind in ("drug", "number") else token.text
