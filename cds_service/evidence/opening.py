"""The search of one worker: the index on disk where something was imported, our own statements in memory otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from cds_service.errors import CorpusError, StoreUnavailable
from cds_service.evidence import mapped
from cds_service.evidence.filters import Filters
from cds_service.evidence.index import COMMAND, NO_FILTERS, Hit, HybridIndex
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import passages_of
from cds_service.models import Models
from cds_service.settings import Settings
from cds_service.store.corpus.corpus import Corpus
from cds_service.store.engine.database import open_database
from cds_service.store.sealing.keyring import Keyring

LOOK_AGAIN = 5.0  # seconds between two looks for a newer index
log = structlog.get_logger(__name__)


class EvidenceSearch(Protocol):
    """What every search offers, whatever stands behind it. `degraded` says what it could not use, or None."""

    @property
    def degraded(self) -> str | None: ...

    def __len__(self) -> int: ...

    def search(
        self,
        query: str,
        k: int = 5,
        exclude: Collection[str] = (),
        rerank: bool = False,
        filters: Filters = NO_FILTERS,
        today: date | None = None,
    ) -> list[Hit]: ...


def words_alone(knowledge: Knowledge) -> EvidenceSearch:
    """Our own statements, ranked by words while the embedder reads them."""
    index = HybridIndex(passages_of(knowledge), None)
    index.degraded = "the index by meaning is still being made: ranked by words alone"
    return index


def index_folder(settings: Settings) -> Path:
    return settings.run_dir / "index"


def open_corpus(settings: Settings) -> Corpus:
    """The imported corpus; opens no connection yet. The caller closes it."""
    return Corpus(open_database(settings.database_url), Keyring.load(settings), lambda: datetime.now(UTC))


def open_search(settings: Settings, knowledge: Knowledge, models: Models) -> EvidenceSearch:
    """The search that the settings ask for; call it after the worker's fork."""
    if settings.evidence_index == "postgresql":
        from cds_service.evidence.postgresql import PostgresqlSearch

        database = open_database(settings.database_url)
        return PostgresqlSearch(database, models.embedder, models.reranker, knowledge.version)
    folder = index_folder(settings)
    return SearchOnDisk(folder, lambda: _in_memory(settings, knowledge, models), models, knowledge.version)


class SearchOnDisk:
    """Maps the current index and looks every few seconds whether there is a newer one.

    Without one it searches our own statements, which are then held in memory.
    """

    def __init__(
        self,
        folder: Path,
        in_memory: Callable[[], HybridIndex],
        models: Models,
        knowledge: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._models = models
        self._knowledge = knowledge
        self._monotonic = monotonic
        self._looked = float("-inf")
        self._about: mapped.About | None = None
        self._index: HybridIndex | None = None
        self._problem: str | None = None

    @property
    def degraded(self) -> str | None:
        return self._problem or self._newest().degraded

    def __len__(self) -> int:
        return len(self._newest())

    def search(
        self,
        query: str,
        k: int = 5,
        exclude: Collection[str] = (),
        rerank: bool = False,
        filters: Filters = NO_FILTERS,
        today: date | None = None,
    ) -> list[Hit]:
        """As HybridIndex.search."""
        return self._newest().search(query, k, exclude, rerank, filters, today)

    def _newest(self) -> HybridIndex:
        now = self._monotonic()
        if self._index is None or now - self._looked >= LOOK_AGAIN:
            self._looked = now
            self._look()
        assert self._index is not None
        return self._index

    def _look(self) -> None:
        about = mapped.current(self._folder)
        if self._index is not None and about == self._about:
            return
        self._problem = None
        if about is not None:
            try:
                self._index = HybridIndex.of(
                    mapped.open_parts(self._folder, about), self._embedder(about), self._models.reranker
                )
                self._about = about
                if not about.state.startswith(self._knowledge):
                    self._problem = f"the evidence index is behind the tables; type: {COMMAND}"
                return
            except CorpusError as error:
                log.error("evidence_index_refused", reason=str(error))
                self._problem = f"{error}; only our own statements are searched; type: {COMMAND}"
        if self._index is None or about is not None:
            self._index, self._about = self._in_memory(), about

    def _embedder(self, about: mapped.About) -> object:
        """None when the index was made by another embedder: its vectors mean nothing to this one."""
        embedder = self._models.embedder
        if embedder is not None and embedder.version == about.embedder:
            return embedder
        self._problem = f"the index was made by another embedder: ranked by words alone; type: {COMMAND}"
        return None


def _in_memory(settings: Settings, knowledge: Knowledge, models: Models) -> HybridIndex:
    return HybridIndex(passages_of(knowledge), models.embedder, index_folder(settings), models.reranker)


def is_behind(settings: Settings, knowledge: Knowledge, models: Models, today: date) -> bool:
    """Whether an index built now would hold something else. False when nothing was imported."""
    from cds_service.evidence.indexing import state_of

    corpus = open_corpus(settings)
    try:
        if models.embedder is None or not any(True for _ in corpus.every()):
            return False
        about = mapped.current(index_folder(settings))
        return about is None or about.state != state_of(knowledge, corpus, models.embedder, today)
    except StoreUnavailable:
        return False
    finally:
        corpus.close()
