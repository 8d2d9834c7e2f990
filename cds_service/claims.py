"""Finding + passages -> claims: each sentence that a card makes about medicine, with what it rests on.

A claim rests on a source (its passages and the facts) or is the rule's own advice, and says which. The verifier refuses
a claim of the first kind that names a number or a drug that neither its facts nor its passages hold. What is refused is
dropped and counted, never softened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cds_service.findings import Finding
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage
from cds_service.terminology.lexicon import Lexicon

_LONGEST_VALUE = 500  # characters of a fact that count as ground: an order may be a megabyte of text
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_INDEXED = re.compile(r"/\s?[{(]?1\.73[ _]?m(?:2|\^2)?[)}]?")  # a part of a unit, and no figure of the claim


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence. `passages` are ids of cited passages, `facts` positions in the finding's facts.

    `kind`: the concern itself, why it arises and what to do (both the rule's words), or what a source says.
    """

    kind: Literal["concern", "rationale", "advice", "evidence"]
    text: str
    passages: tuple[str, ...]
    facts: tuple[int, ...] = ()

    @property
    def of_the_rule(self) -> bool:
        """Words of the rule's author, reviewed with the rule; they do not claim to be the source's."""
        return self.kind in ("rationale", "advice")


@dataclass(frozen=True, slots=True)
class Claims:
    """What stands, and what the verifier refused."""

    stand: tuple[Claim, ...]
    refused: tuple[Claim, ...] = ()


def claims_of(finding: Finding, passages: Mapping[str, Passage], knowledge: Knowledge) -> Claims:
    """The concern, why it arises, what to do about it, and what each cited source says, in that order."""
    drafted = [
        Claim("concern", _sentence(finding.summary), finding.cites, tuple(range(len(finding.facts)))),
        *([Claim("rationale", _sentence(finding.rationale), finding.cites)] if finding.rationale else []),
        *([Claim("advice", _sentence(finding.advice), finding.cites)] if finding.advice else []),
        *(Claim("evidence", _sentence(knowledge.cited[cite].supports), (cite,)) for cite in finding.cites),
    ]
    stand = tuple(claim for claim in drafted if supported(claim, finding, passages, knowledge))
    return Claims(stand, tuple(claim for claim in drafted if claim not in stand))


def supported(claim: Claim, finding: Finding, passages: Mapping[str, Passage], knowledge: Knowledge) -> bool:
    """True when every number and every drug of the claim stands in its facts or in its passages."""
    if not claim.passages or not all(passage in passages for passage in claim.passages):
        return False
    if claim.of_the_rule:
        return True
    lexicon = knowledge.vocabulary.lexicon
    numbers, drugs = _numbers(claim.text), _drugs(claim.text, lexicon) - set(finding.concepts)
    for text in _ground(claim, finding, passages):
        if not numbers and not drugs:
            break
        numbers -= _numbers(text)
        drugs -= _drugs(text, lexicon) if drugs else frozenset()
    return not numbers and not drugs


def _ground(claim: Claim, finding: Finding, passages: Mapping[str, Passage]) -> Iterable[str]:
    for position in claim.facts:
        fact = finding.facts[position]
        yield f"{fact.label} {fact.value[:_LONGEST_VALUE]} {fact.note or ''}"
    for passage_id in claim.passages:
        yield f"{passages[passage_id].title} {passages[passage_id].text}"


# The texts of the rows come again and again; what stands in them is looked for once.
@lru_cache(maxsize=8192)
def _numbers(text: str) -> frozenset[str]:
    """The figures of a text; "1,000" is the same as "1000"."""
    return frozenset(figure.replace(",", "") for figure in _NUMBER.findall(_INDEXED.sub("", text)))


@lru_cache(maxsize=8192)
def _drugs(text: str, lexicon: Lexicon) -> frozenset[str]:
    return frozenset(rxcui for mention in lexicon.find(text) if mention.certain for rxcui in mention.rxcuis)


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
