"""Which rows, checks and models changed from one version to the next, as far as they ran here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cds_service.governance.versions import history, record
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from tests.running_service import RunningService

DAY = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def standing(version: str, rows: list[LogicRule]) -> Knowledge:
    """Knowledge with these logic rules and nothing else."""
    found = SimpleNamespace(version=version, all=lambda kind: rows if kind is LogicRule else [])
    return cast(Any, found)


def test_rows_that_came_went_changed_and_were_approved_are_told_apart(service: RunningService, tmp_path: Path) -> None:
    assert service.rooms is not None
    one, two, three, four = service.rooms.knowledge.all(LogicRule)[:4]
    record(tmp_path, standing("a", [one, two, three]), {"x": "1"}, {"embedder": "1.0"}, DAY)
    later = [replace(one, summary="other words"), replace(two, review="pharmacist|2026-11-01|2027-11-01"), four]
    record(tmp_path, standing("b", later), {"x": "2"}, {"embedder": "1.0", "reranker": "1.0"}, DAY + timedelta(days=1))
    newest, first = history(tmp_path)
    assert first.first and not first.tables and first.knowledge == "a"
    (table,) = newest.tables
    assert (table.added, table.removed, table.changed, table.approved) == (
        (four.id,),
        (three.id,),
        (one.id,),
        (two.id,),
    )
    assert newest.checks == ("x: 1 → 2",) and newest.models == ("reranker: none → 1.0",)


def test_a_version_is_kept_once_and_its_row_digests_are_the_same_in_every_process(
    service: RunningService, tmp_path: Path
) -> None:
    assert service.rooms is not None
    knowledge = service.rooms.knowledge
    for day in (DAY, DAY + timedelta(days=3)):
        record(tmp_path, knowledge, {}, {}, day)
    (only,) = history(tmp_path)
    assert only.at == DAY.isoformat() and only.knowledge == knowledge.version
    (kept,) = (tmp_path / "versions").iterdir()
    assert b"0x" not in kept.read_bytes()


def test_where_nothing_ran_there_is_no_history(tmp_path: Path) -> None:
    assert history(tmp_path) == []
