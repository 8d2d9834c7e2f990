"""Related evidence: our other passages that come closest to a card's concern. They are no part of the card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cds_service.evidence import Hit, Passage
from cds_service.evidence.fusion import RERANKED
from cds_service.evidence.opening import EvidenceSearch, open_search
from cds_service.knowledge import Knowledge
from cds_service.models import load_models
from cds_service.settings import Settings
from smart_app.asking import Piece, pieces_of
from smart_app.wording import link, optional, text

HOW_MANY, ANSWERS = 3, 6
# Cosine from which a passage is about the question. Of 60 own questions about our rules the least was .60; of 16 about
# other matters the greatest was .41.
ANSWERS_FROM = 0.5
REPEATS = 12  # bands of one table often share one statement of one source


@dataclass(frozen=True, slots=True)
class RelatedPassage:
    title: str
    text: str
    kind: str
    source: str
    publisher: str
    year: str
    locator: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """`degraded`: found by words alone, because the embedder is not available."""

    passages: tuple[RelatedPassage, ...]
    degraded: bool


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found, with its text in pieces. `ranks` says by what it was found, best first."""

    passage: RelatedPassage
    pieces: tuple[Piece, ...]
    ranks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answering:
    """What was found for a question. `found` is False when nothing seems to answer it; the nearest stand anyway."""

    passages: tuple[FoundPassage, ...]
    found: bool
    degraded: bool


class RelatedEvidence:
    """Search among this installation's passages.

    The reranker reads only where most of what was found was imported: it was trained on such text, and on questions
    about our own rules it puts the right passage lower (its model card has the figures).
    """

    def __init__(self, index: EvidenceSearch) -> None:
        self._index = index

    def answering(self, question: str) -> Answering:
        """The passages that come closest to answering, best first, each with the question's words marked."""
        hits = self._index.search(question, k=ANSWERS * REPEATS, today=_today())
        if sum(hit.passage.kind == "quotation" for hit in hits[:RERANKED]) * 2 > min(RERANKED, len(hits)):
            hits = self._index.search(question, k=ANSWERS * REPEATS, rerank=True, today=_today())
        distinct = {hit.passage.text: hit for hit in reversed(hits)}
        best = sorted(distinct.values(), key=lambda hit: -hit.score)[:ANSWERS]
        passages = tuple(
            FoundPassage(_shown(hit.passage), pieces_of(hit.passage.text, question), tuple(hit.ranks)) for hit in best
        )
        return Answering(passages, any(map(_near_enough, hits)), bool(self._index.degraded))

    def beside(self, question: str, exclude: Collection[str]) -> Related:
        """The passages nearest to `question` that the card does not cite; rows with the same words count once."""
        hits = self._index.search(question, k=HOW_MANY * REPEATS, exclude=exclude, today=_today())
        distinct = {hit.passage.text: _shown(hit.passage) for hit in reversed(hits)}
        return Related(tuple(reversed(distinct.values()))[:HOW_MANY], bool(self._index.degraded))


def open_related(settings: Settings, knowledge: Knowledge) -> RelatedEvidence:
    """Search this installation's passages and what it has imported; opens the models, so call it after the fork."""
    return RelatedEvidence(open_search(settings, knowledge, load_models(settings, knowledge.vocabulary.names())))


def _today() -> date:
    return datetime.now(UTC).date()


def _near_enough(hit: Hit) -> bool:
    """Without an embedder a shared word has to do."""
    return "bm25" in hit.ranks if hit.similarity is None else hit.similarity >= ANSWERS_FROM


def _shown(passage: Passage) -> RelatedPassage:
    source = passage.source
    return RelatedPassage(
        title=passage.title,
        text=passage.text,
        kind=passage.kind,
        source=text(source, "title") or passage.title,
        publisher=text(source, "publisher"),
        year=optional(source.get("year")),
        locator=passage.locator,
        url=link(source.get("url")),
    )
