"""Calls as third-party clients make them, answered by the whole service; and discovery, which needs no database."""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path

import pytest

from tests.running_service import RunningService, in_this_process, migrated

CALLS = sorted((Path(__file__).parents[2] / "fixtures" / "clients").glob("*.json"), key=lambda path: path.stem)


@pytest.mark.covers("C12", "P4", "P6", "R4")
@pytest.mark.parametrize("path", CALLS, ids=[path.stem for path in CALLS])
def test_a_third_partys_call_gets_its_cards(service: RunningService, path: Path) -> None:
    captured = json.loads(path.read_text("utf-8"))
    reply = service.ask({**captured["request"], "hookInstance": str(uuid.uuid4())})
    assert [[one["topic"], one["indicator"]] for one in reply.findings] == captured["expect"]


@pytest.mark.covers("B1", "design-discovery-without-database")
def test_discovery_needs_no_database(tmp_path: Path) -> None:
    settings = migrated(tmp_path, CLIENT_AUTH="off")
    with in_this_process(settings) as running:
        before = running.get("/cds-services").body
        for file in tmp_path.glob("*.sqlite3*"):
            shutil.move(file, file.with_name(f"gone-{file.name}"))
        assert running.get("/cds-services").body == before
