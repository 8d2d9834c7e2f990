"""What this installation has spoken from, version by version: which rows, checks and models came, went and changed.

Each state is kept once in the database: the digest of every cited row, whether it is reviewed, the versions of checks
and models. No row's words are kept. All hosts of one database tell the same history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import KINDS, Cited
from cds_service.store import RanVersion, RanVersions

_NOT_CONTENT = frozenset({"place", "review"})


@dataclass(frozen=True, slots=True)
class TableChange:
    """Ids of one kind's rows. `approved`: reviewed now and not before; such a row may have changed as well."""

    noun: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    approved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One state, first seen `at` (ISO). `first`: nothing is known from before it, so nothing is called a change."""

    at: str
    knowledge: str
    first: bool
    tables: tuple[TableChange, ...]
    checks: tuple[str, ...]
    models: tuple[str, ...]


def record(
    ran: RanVersions, knowledge: Knowledge, checks: Mapping[str, str], models: Mapping[str, str], at: datetime
) -> None:
    """Keep this state if it is new. `checks` and `models`: {name: version}."""
    name = hashlib.sha256(orjson.dumps([knowledge.version, checks, models], option=orjson.OPT_SORT_KEYS)).hexdigest()
    if name not in ran.ids():
        state = {"knowledge": knowledge.version, "rows": _rows(knowledge), "checks": dict(checks)}
        ran.add(RanVersion(name, at, {**state, "models": dict(models)}))


class History:
    """The versions that ran on this database, newest first; compared again only when there is another."""

    def __init__(self, ran: RanVersions) -> None:
        self._ran = ran
        self._known: tuple[tuple[str, ...], list[Version]] = ((), [])

    def versions(self) -> list[Version]:
        """StoreUnavailable on an outage."""
        ids, known = self._known
        if self._ran.ids() == ids:
            return known
        found = self._ran.all()
        compared = [_version(found[at - 1].state if at else None, one) for at, one in enumerate(found)][::-1]
        self._known = (tuple(one.id for one in found), compared)
        return compared


def _version(before: Mapping[str, Any] | None, ran: RanVersion) -> Version:
    at, state = ran.at.isoformat(), ran.state
    if before is None:
        return Version(at, state["knowledge"], True, (), (), ())
    nouns = sorted(before["rows"].keys() | state["rows"].keys())
    compared = (_compared(noun, before["rows"].get(noun, {}), state["rows"].get(noun, {})) for noun in nouns)
    return Version(
        at=at,
        knowledge=state["knowledge"],
        first=False,
        tables=tuple(one for one in compared if one.added or one.removed or one.changed or one.approved),
        checks=_moved(before["checks"], state["checks"]),
        models=_moved(before["models"], state["models"]),
    )


def _compared(noun: str, before: Mapping[str, Sequence[Any]], now: Mapping[str, Sequence[Any]]) -> TableChange:
    both = sorted(before.keys() & now.keys())
    return TableChange(
        noun=noun,
        added=tuple(sorted(now.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - now.keys())),
        changed=tuple(row for row in both if before[row][0] != now[row][0]),
        approved=tuple(row for row in both if now[row][1] and not before[row][1]),
    )


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    names = sorted(before.keys() | now.keys())
    return tuple(
        f"{name}: {before.get(name, 'none')} \u2192 {now.get(name, 'none')}"
        for name in names
        if before.get(name) != now.get(name)
    )


def _rows(knowledge: Knowledge) -> dict[str, dict[str, tuple[str, bool]]]:
    """{noun: {id: (digest, reviewed)}} of every kind of cited rows."""
    cited = [kind for kind in KINDS.values() if issubclass(kind, Cited)]
    return {
        kind.noun or kind.table: {row.id: (_digest(row), row.reviewed) for row in knowledge.all(kind)} for kind in cited
    }


def _digest(row: Cited) -> str:
    content = [(one.name, _plain(getattr(row, one.name))) for one in fields(row) if one.name not in _NOT_CONTENT]
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:12]


def _plain(value: object) -> object:
    """The same for equal values in every process: a set has no order of its own."""
    if isinstance(value, frozenset | set):
        return sorted(str(_plain(one)) for one in value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | bool | int) else str(value)
