"""What this installation has spoken from, version by version: which rows, checks and models came, went and changed.

Each state is kept once as a file of the run folder: the digest of every cited row, whether it is reviewed, the versions
of checks and models. No row's words are kept. A host knows the versions that have run on it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import KINDS, Cited

FOLDER = "versions"
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
    run_dir: Path, knowledge: Knowledge, checks: Mapping[str, str], models: Mapping[str, str], at: datetime
) -> None:
    """Keep this state if it is new. `checks` and `models`: {name: version}."""
    name = hashlib.sha256(orjson.dumps([knowledge.version, checks, models], option=orjson.OPT_SORT_KEYS)).hexdigest()
    path = run_dir / FOLDER / f"{name[:16]}.json"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = {"at": at.isoformat(), "knowledge": knowledge.version, "rows": _rows(knowledge)}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(orjson.dumps({**state, "checks": dict(checks), "models": dict(models)}))
    draft.replace(path)


def history(run_dir: Path) -> list[Version]:
    """The versions that ran here, newest first."""
    states = [orjson.loads(path.read_bytes()) for path in sorted((run_dir / FOLDER).glob("*.json"))]
    states.sort(key=lambda state: str(state["at"]))
    return [_version(states[at - 1] if at else None, state) for at, state in enumerate(states)][::-1]


def _version(before: Mapping[str, Any] | None, state: Mapping[str, Any]) -> Version:
    if before is None:
        return Version(state["at"], state["knowledge"], True, (), (), ())
    nouns = sorted(before["rows"].keys() | state["rows"].keys())
    compared = (_compared(noun, before["rows"].get(noun, {}), state["rows"].get(noun, {})) for noun in nouns)
    return Version(
        at=state["at"],
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
