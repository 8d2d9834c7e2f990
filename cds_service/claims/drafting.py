"""Finding + passages -> claims: each sentence that a card makes about medicine, with what it rests on.

What a source says is a quoted span of its passage. The concern is the check's template filled from facts and from the
row's own words; advice and rationale are the rule's, and say so. What the verifier refuses is dropped, counted and
listed with the reason, never softened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cds_service.claims.verifier import disagreements
from cds_service.findings import Finding
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage
from cds_service.knowledge.rows import Graded

_LONGEST_VALUE = 500  # characters of a fact that count as ground: an order may be a megabyte of text


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence. `passages` are ids of cited passages, `facts` positions in the finding's facts.

    `kind`: the concern itself, why it arises and what to do (both the rule's words), or what a source says. `span`:
    where a quotation stands in the text of its passage, as (start, end). `refused`: why the verifier did.
    """

    kind: Literal["concern", "rationale", "advice", "evidence"]
    text: str
    passages: tuple[str, ...]
    facts: tuple[int, ...] = ()
    span: tuple[int, int] | None = None
    refused: tuple[str, ...] = ()

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
        *(_quotation(cite, passages) for cite in finding.cites),
    ]
    judged = [(claim, refusals(claim, finding, passages, knowledge)) for claim in drafted]
    stand = tuple(claim for claim, reasons in judged if not reasons)
    return Claims(stand, tuple(replace(claim, refused=reasons) for claim, reasons in judged if reasons))


def refusals(claim: Claim, finding: Finding, passages: Mapping[str, Passage], knowledge: Knowledge) -> tuple[str, ...]:
    """Why a claim does not stand; empty when it does."""
    if not claim.passages or not all(passage in passages for passage in claim.passages):
        return ("no such passage",)
    if claim.span is not None:
        (passage,) = claim.passages
        return () if _sentence(passages[passage].text[slice(*claim.span)]) == claim.text else ("no quotation",)
    if claim.of_the_rule:
        said = finding.rationale if claim.kind == "rationale" else finding.advice
        return () if claim.text == _sentence(said) else ("not the rule's words",)
    grounds = tuple(text for name in claim.passages for text in _words_of(name, passages, knowledge))
    facts = tuple(
        f"{fact.label} {fact.value[:_LONGEST_VALUE]} {fact.note or ''}"
        for fact in (finding.facts[position] for position in claim.facts)
    )
    return disagreements(claim.text, grounds, knowledge.vocabulary.lexicon, facts, frozenset(finding.concepts), True)


def _quotation(cite: str, passages: Mapping[str, Passage]) -> Claim:
    text = passages[cite].text if cite in passages else ""
    return Claim("evidence", _sentence(text), (cite,), span=(0, len(text)))


def _words_of(name: str, passages: Mapping[str, Passage], knowledge: Knowledge) -> tuple[str, ...]:
    """A cited row as ground: its passage, and the summary that was reviewed with it."""
    row = knowledge.cited.get(name)
    own = (row.summary,) if isinstance(row, Graded) else ()
    return (passages[name].title, passages[name].text, *own)


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
