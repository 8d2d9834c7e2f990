"""CSV that a spreadsheet opens without running it, and one JSON object a line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import orjson

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def write_csv(out: TextIO, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """RFC 4180 with a header; returns how many rows were written."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([inert(row[name]) for name in names])
        count += 1
    return count


def write_ndjson(out: TextIO, rows: Iterable[Mapping[str, Any]]) -> int:
    """Returns how many lines were written."""
    count = 0
    for row in rows:
        out.write(orjson.dumps(row).decode() + "\n")
        count += 1
    return count


def inert(value: Any) -> str:
    """The cell's text. What a spreadsheet would take for a formula gets an apostrophe in front, which it hides."""
    text = "" if value is None else str(value)
    first = text.lstrip(" \u200b\ufeff")[:1]
    return f"'{text}" if first and first in _STARTS_A_FORMULA else text
