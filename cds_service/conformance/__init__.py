"""What is asked of a CDS Hooks service and a SMART app, and the tests that show that it is done.

`requirements.csv` is the list: the checklist of CDS Hooks 3.0 (and 2.0) and SMART App Launch 2.2 by its ids, our
security requirements (SC, SA) and hostile inputs (A-1 to J-154). `tests.csv` is written from the tests' `covers` marks
by `python -m tests.conformance.marks`; a test fails when it is not up to date. Both ship with the package.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

Verdict = Literal["met", "not met", "not applicable"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """`level` is the source's own (SHALL, SHOULD, MAY, ..., or `case` for a hostile input); `why` says why not."""

    id: str
    level: str
    applies: str
    about: str
    verdict: Verdict
    why: str
    tests: tuple[str, ...]


def requirements() -> tuple[Requirement, ...]:
    """In the order of the list. What has a test that carries its id is met; what has none is not."""
    tests = _tests()
    return tuple(_requirement(row, tests.get(row["id"], ())) for row in _rows("requirements.csv"))


def _requirement(row: Mapping[str, str], tests: tuple[str, ...]) -> Requirement:
    stated: Verdict | None = {"not applicable": "not applicable", "not met": "not met"}.get(row["verdict"])  # type: ignore[assignment]
    verdict: Verdict = stated or ("met" if tests else "not met")
    why = row["why"] or ("" if tests else "no test carries its id")
    return Requirement(row["id"], row["level"], row["applies"], row["about"], verdict, why, tests)


def _tests() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows("tests.csv"):
        found[row["id"]] = (*found.get(row["id"], ()), row["test"])
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files(__name__) / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
