"""Which rows, checks and models changed from one version to the next, on whichever host they ran."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cds_service.governance.versions import History, record
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.settings import Settings
from cds_service.store import Keyring, RanVersions, open_store
from tests.ready_databases import stand_ready
from tests.running_service import RunningService

DAY = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def hosts(tmp_path: Path, ready_urls: dict[str, str]) -> Iterator[tuple[RanVersions, RanVersions]]:
    """The store as two hosts of one database have it open."""
    given = {"RUN_DIR": str(tmp_path), **ready_urls}
    settings = Settings.from_env({f"COUNTERSIGN_{name}": value for name, value in given.items()})
    stand_ready(settings)
    keyring = Keyring.load(settings, {})
    with closing(open_store(settings, keyring)) as one, closing(open_store(settings, keyring)) as two:
        yield one.ran_versions, two.ran_versions


def standing(version: str, rows: list[LogicRule]) -> Knowledge:
    """Knowledge with these logic rules and nothing else."""
    found = SimpleNamespace(version=version, all=lambda kind: rows if kind is LogicRule else [])
    return cast(Any, found)


def test_rows_that_came_went_changed_and_were_approved_are_told_apart_on_every_host(
    service: RunningService, hosts: tuple[RanVersions, RanVersions]
) -> None:
    assert service.rooms is not None
    here, there = hosts
    one, two, three, four = service.rooms.knowledge.all(LogicRule)[:4]
    record(here, standing("a", [one, two, three]), {"x": "1"}, {"embedder": "1.0"}, DAY)
    history = History(there)
    (first,) = history.versions()
    assert first.first and not first.tables and first.knowledge == "a"
    later = [replace(one, summary="other words"), replace(two, review="pharmacist|2026-11-01|2027-11-01"), four]
    record(there, standing("b", later), {"x": "2"}, {"embedder": "1.0", "reranker": "1.0"}, DAY + timedelta(days=1))
    assert history.versions() == History(here).versions()
    newest, oldest = history.versions()
    assert oldest == first
    (table,) = newest.tables
    assert (table.added, table.removed, table.changed, table.approved) == (
        (four.id,),
        (three.id,),
        (one.id,),
        (two.id,),
    )
    assert newest.checks == ("x: 1 → 2",) and newest.models == ("reranker: none → 1.0",)


def test_a_version_is_kept_once_whoever_ran_it_and_its_row_digests_are_the_same_in_every_process(
    service: RunningService, hosts: tuple[RanVersions, RanVersions]
) -> None:
    assert service.rooms is not None
    knowledge = service.rooms.knowledge
    for number, host in enumerate((*hosts, *hosts)):
        record(host, knowledge, {}, {}, DAY + timedelta(days=number))
    (only,) = History(hosts[1]).versions()
    assert only.at == DAY.isoformat() and only.knowledge == knowledge.version
    (kept,) = hosts[0].all()
    assert hosts[1].add(kept) is False
    assert "0x" not in str(kept.state)  # no address of an object, which another process would have elsewhere


def test_where_nothing_ran_there_is_no_history(hosts: tuple[RanVersions, RanVersions]) -> None:
    assert History(hosts[0]).versions() == []
