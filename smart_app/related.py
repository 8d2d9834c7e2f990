"""Related evidence: our other passages that come closest to a card's concern. They are no part of the card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cds_service.evidence import Hit, HybridIndex, Passage
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import passages_of
from cds_service.models import load_models
from cds_service.settings import Settings
from smart_app.asking import Piece, pieces_of
from smart_app.wording import link, optional, text

HOW_MANY, ANSWERS = 3, 6
REPEATS = 6  # bands of one table often share one statement of one source


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
    """`answers_from` is the reranker's score from which a passage seems to answer; None without a reranker."""

    def __init__(self, index: HybridIndex, answers_from: float | None = None) -> None:
        self._index = index
        self._answers_from = answers_from

    def answering(self, question: str) -> Answering:
        """The passages that come closest to answering, best first, each with the question's words marked."""
        hits = self._index.search(question, k=ANSWERS * REPEATS, rerank=True)
        distinct = {_shown(hit.passage): hit for hit in reversed(hits)}
        best = sorted(distinct.items(), key=lambda found: -found[1].score)[:ANSWERS]
        passages = tuple(
            FoundPassage(passage, pieces_of(passage.text, question), tuple(hit.ranks)) for passage, hit in best
        )
        return Answering(passages, self._answered(hits), bool(self._index.degraded))

    def _answered(self, hits: list[Hit]) -> bool:
        """By the reranker's judgement of the best; without one, by whether the words of the question stand anywhere."""
        if self._answers_from is not None:
            return any(hit.answers is not None and hit.answers >= self._answers_from for hit in hits)
        return any("bm25" in hit.ranks for hit in hits)

    def beside(self, question: str, exclude: Collection[str]) -> Related:
        """The passages nearest to `question` that the card does not cite; rows with the same words count once."""
        hits = self._index.search(question, k=HOW_MANY * REPEATS, exclude=exclude)
        distinct = dict.fromkeys(_shown(hit.passage) for hit in hits)
        return Related(tuple(distinct)[:HOW_MANY], bool(self._index.degraded))


def open_related(settings: Settings, knowledge: Knowledge) -> RelatedEvidence:
    """Index this installation's passages; opens the models, so call it after the worker's fork."""
    models = load_models(settings, knowledge.vocabulary.names())
    index = HybridIndex(passages_of(knowledge), models.embedder, settings.run_dir / "index", models.reranker)
    return RelatedEvidence(index, models.reranker.answers_from if models.reranker else None)


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
