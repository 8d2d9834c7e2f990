"""A short storm in every run of the suite; `make chaos` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.__main__ import ENGINES, databases
from tests.chaos.kills import storm


@pytest.mark.covers("I-143", "J-151", "F-115", "F-119")
@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_acknowledged_survives_kill_9_of_workers_and_of_the_database_server(
    engine: str, tmp_path: Path
) -> None:
    with databases(engine, tmp_path) as (settings, server):
        outcome = storm(settings, tmp_path, kills=4, seed=7, server=server)
    assert outcome.holds, outcome
    assert outcome.feedback.acknowledged > 0
