"""The entries that small charts at the end of a stay are written with. The day is 23 November 2026
(`tests.charts.NOW`); the stay began on the 18th at nine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOME, LEFT = "2026-03-01T10:00:00Z", "2026-11-23T08:00:00Z"  # before the stay, and on its last day
ADMITTED, ASKED = "2026-11-18T09:00:00Z", "2026-11-18T10:00:00Z"
IN_STAY = {"meta": {"lastUpdated": "2026-11-20T12:00:00Z"}}
ONE_DAILY = "Take 1 tablet by mouth daily"


@dataclass(frozen=True, slots=True)
class Entry:
    """An order or a statement. `drug` and `sig` as charts write them; `on` is authoredOn or dateAsserted."""

    id: str
    drug: str
    sig: str = ""
    on: str = HOME
    status: str = "active"
    category: str = "outpatient"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """`expected`: state by id of the order or statement that it is said of, and no other. `how`: instructions by id,
    `asks`: words of a question by id; `reads`: words that the patient reads, by id. `missing`: keys that did not
    come."""

    name: str
    expected: Mapping[str, str]
    orders: tuple[Entry, ...] = ()
    statements: tuple[Entry, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    since: str = ADMITTED


def left(id: str, drug: str, sig: str = "", **more: Any) -> Entry:
    """An order that was written for home on the last day."""
    return Entry(id, drug, sig, **{"on": LEFT, "category": "discharge", **more})


def ended(id: str, drug: str, sig: str = "", **more: Any) -> Entry:
    """An order from before the stay that was stopped in it."""
    return Entry(id, drug, sig, **{"status": "stopped", "more": IN_STAY, **more})


def told(id: str, drug: str, sig: str = "", **more: Any) -> Entry:
    """An entry of the home list, as it was taken down at admission."""
    return Entry(id, drug, sig, **{"on": ASKED, **more})
