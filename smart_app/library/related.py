"""Related evidence: our other passages that come closest to a card's concern. They are no part of the card."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cds_service.evidence import Passage
from cds_service.evidence.answering import REPEATS, Found, answering
from cds_service.evidence.opening import EvidenceSearch, open_search, words_alone
from cds_service.evidence.when_asked import WhenAsked
from cds_service.knowledge import Knowledge
from cds_service.models import load_models
from cds_service.settings import Settings
from smart_app.record.marking import Piece, cut
from smart_app.wording import link, optional, text

HOW_MANY = 3


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
    """`degraded` says what the search had to do without, or is None."""

    passages: tuple[RelatedPassage, ...]
    degraded: str | None


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
    degraded: str | None


class RelatedEvidence:
    """Search among this installation's passages; `search` gives the index, which may still be opening."""

    def __init__(self, search: Callable[[], EvidenceSearch]) -> None:
        self._search = search

    def answering(self, question: str) -> Answering:
        """The passages that come closest to answering, best first, each with the question's words marked."""
        found = answering(self._search(), question, _today())
        return Answering(tuple(_found(one) for one in found.passages), found.found, found.degraded)

    def beside(self, question: str, exclude: Collection[str]) -> Related:
        """The passages nearest to `question` that the card does not cite; rows with the same words count once."""
        search = self._search()
        hits = search.search(question, k=HOW_MANY * REPEATS, exclude=exclude, today=_today())
        distinct = {hit.passage.text: _shown(hit.passage) for hit in reversed(hits)}
        return Related(tuple(reversed(distinct.values()))[:HOW_MANY], search.degraded)


def open_related(settings: Settings, knowledge: Knowledge) -> RelatedEvidence:
    """Search this installation's passages and what it has imported; opens the models, so call it after the fork.

    The first start of an installation embeds its passages; pages do not wait for that.
    """
    models = load_models(settings, knowledge.vocabulary.names())
    search = WhenAsked(lambda: open_search(settings, knowledge, models), lambda: words_alone(knowledge))
    search.begin()
    return RelatedEvidence(search)


def _found(one: Found) -> FoundPassage:
    return FoundPassage(_shown(one.passage), cut(one.passage.text, one.spans), one.found_by)


def _today() -> date:
    return datetime.now(UTC).date()


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
