"""The rows of a tab-separated table with a header, as the evaluations read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from model_export.task import TaskFailed


def rows_of(data: Path, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """Each row by column, "" for cells that are left out. Fields may be quoted as in CSV, and the file may begin with a
    byte order mark, as spreadsheets write it. Raises TaskFailed for a column of `needed` that is not there."""
    with data.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", restval="")
        if missing := [column for column in needed if column not in (reader.fieldnames or ())]:
            raise TaskFailed(f"{data.name} has no column {', '.join(missing)}")
        yield from reader
