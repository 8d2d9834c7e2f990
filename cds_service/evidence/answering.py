"""A question -> the passages that come closest to answering it, its words marked, and an honest "not found".

Several rows often cite one statement of one source; the same words count once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.evidence.filters import Filters
from cds_service.evidence.fusion import RERANKED, Hit
from cds_service.evidence.index import NO_FILTERS
from cds_service.evidence.opening import EvidenceSearch
from cds_service.knowledge.passages import Passage
from cds_service.models.embedder import ABOUT

NOT_FOUND = "not found in this corpus"
ANSWERS = 6
REPEATS = 12  # bands of one table often share one statement of one source

_WORD = re.compile(r"[^\W_]+")
_LEAST = 4  # letters of a word that is worth marking; shorter ones only as they stand
_ENDINGS = ("ations", "ation", "ions", "ion", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s")
_SMALL = frozenset(
    """a an and are as at be by can could did do does for from has have how i if in is it its may me my of on or should
    so than that the their them then there these they this to was what when where which who why will with would
    you""".split()  # noqa: SIM905 - a list of words reads as words
)


@dataclass(frozen=True, slots=True)
class Found:
    """`spans`: (start, end) of the words of the passage's text that the question asks with. `found_by`: best first."""

    passage: Passage
    spans: tuple[tuple[int, int], ...]
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answering:
    """Best first. `found` is False when nothing seems to answer; the nearest passages stand anyway.

    `degraded` says what the search had to do without, or None.
    """

    passages: tuple[Found, ...]
    found: bool
    degraded: str | None


def answering(
    search: EvidenceSearch, question: str, today: date, filters: Filters = NO_FILTERS, count: int = ANSWERS
) -> Answering:
    """What `search` finds for a question, at most `count` passages.

    The reranker reads only where most of what was found was imported: it was trained on such text, and on questions
    about our own rules it puts the right passage lower (its model card has the figures).
    """
    hits = search.search(question, k=count * REPEATS, filters=filters, today=today)
    if sum(hit.passage.kind == "quotation" for hit in hits[:RERANKED]) * 2 > min(RERANKED, len(hits)):
        hits = search.search(question, k=count * REPEATS, rerank=True, filters=filters, today=today)
    distinct = {hit.passage.text: hit for hit in reversed(hits)}
    best = sorted(distinct.values(), key=lambda hit: -hit.score)[:count]
    passages = tuple(Found(hit.passage, tuple(spans(hit.passage.text, question)), tuple(hit.ranks)) for hit in best)
    return Answering(passages, _near_enough(hits, question), search.degraded)


def spans(text: str, question: str) -> Iterator[tuple[int, int]]:
    """Where words of the question stand in `text`, in any of their forms; in order."""
    asked = {_stem(word) for word in _WORD.findall(question.lower()) if word not in _SMALL}
    return (match.span() for match in _WORD.finditer(text) if _stem(match[0].lower()) in asked)


def _near_enough(hits: Sequence[Hit], question: str) -> bool:
    """Whether something is about the question, which is less than that it answers it.

    Without an embedder a shared word has to do; with one it does not, and a hit without a cosine was not near.
    """
    near = [hit.similarity for hit in hits if hit.similarity is not None]
    if near:
        return max(near) >= ABOUT
    return any(True for hit in hits for _ in spans(hit.passage.content, question))


def _stem(word: str) -> str:
    """What forms of one word have in common, as far as marking needs it: interaction, interacts, interacting."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word.removesuffix(ending)
    return word
