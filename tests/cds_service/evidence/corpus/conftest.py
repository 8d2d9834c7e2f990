"""A migrated corpus on both engines, and an importer into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from cds_service.evidence.corpus.formats import formats
from cds_service.evidence.corpus.importing import Importer, Report
from cds_service.settings import Settings
from cds_service.store import Keyring
from cds_service.store.corpus.corpus import Corpus
from cds_service.store.engine.database import open_database
from tests.charts import knowledge
from tests.ready_databases import stand_ready

LEXICON = knowledge().vocabulary.lexicon
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)


class TakesIn(Protocol):
    def __call__(self, format: str, name: str, content: bytes) -> Report: ...


@pytest.fixture
def corpus(tmp_path: Path, ready_urls: dict[str, str]) -> Iterator[Corpus]:
    given = {"RUN_DIR": str(tmp_path / "run"), **ready_urls}
    settings = Settings.from_env({f"COUNTERSIGN_{name}": value for name, value in given.items()})
    stand_ready(settings)
    opened = Corpus(open_database(settings.database_url), Keyring.load(settings, {}), lambda: AT)
    yield opened
    opened.close()


@pytest.fixture
def take_in(corpus: Corpus, tmp_path: Path) -> TakesIn:
    def importing(format: str, name: str, content: bytes) -> Report:
        folder = tmp_path / "given"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return Importer(corpus, LEXICON, lambda: AT).take_in(folder / name, formats()[format])

    return importing
