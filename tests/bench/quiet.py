"""A service of its own for a bench, on a real port, without its logs."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running_service import RunningService, in_this_process, migrated


@contextmanager
def quiet_service() -> Iterator[RunningService]:
    logging.disable(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder,
        in_this_process(migrated(Path(folder), CLIENT_AUTH="off")) as service,
    ):
        yield service
