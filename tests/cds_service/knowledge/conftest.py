"""A migrated store of its own, on SQLite and on PostgreSQL, and the commands run against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli.knowledge import command
from cds_service.settings import Settings
from tests.ready_databases import stand_ready

Run = Callable[..., Result]


@pytest.fixture
def installation(tmp_path: Path, ready_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    given = {"RUN_DIR": str(tmp_path / "run"), "KNOWLEDGE_DIR": str(tmp_path / "site"), **ready_urls}
    for name, value in given.items():
        monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    (tmp_path / "site").mkdir()
    settings = Settings.from_env()
    return stand_ready(settings)


@pytest.fixture
def run(installation: Settings) -> Run:
    return lambda *arguments: CliRunner().invoke(command, [str(one) for one in arguments])
