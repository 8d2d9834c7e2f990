"""Which versions of knowledge, checks and models have run on any host of this database: each state kept once.

A state holds ids of rows, digests and version names, and no words of anybody, so it is packed and not sealed.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from cds_service.store.engine.database import Database
from cds_service.store.engine.statements import add_once
from cds_service.store.schema.imported import ran_version


@dataclass(frozen=True, slots=True)
class RanVersion:
    """One state, first seen `at` by whichever host ran it first."""

    id: str
    at: datetime
    state: Mapping[str, Any]


class RanVersions:
    """StoreUnavailable on an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, version: RanVersion) -> bool:
        """Keep it unless it is known; True when it was new."""
        packed = zlib.compress(orjson.dumps(version.state, option=orjson.OPT_SORT_KEYS))
        with self._database.writing() as connection:
            return add_once(connection, ran_version, {"id": version.id, "at": version.at, "state": packed})

    def ids(self) -> tuple[str, ...]:
        """In the order in which they were first seen."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(ran_version.c.id).order_by(ran_version.c.at, ran_version.c.id)))

    def all(self) -> list[RanVersion]:
        """In the order in which they were first seen."""
        with self._database.reading() as connection:
            rows = connection.execute(select(ran_version).order_by(ran_version.c.at, ran_version.c.id)).all()
        return [RanVersion(row.id, row.at, orjson.loads(zlib.decompress(row.state))) for row in rows]
