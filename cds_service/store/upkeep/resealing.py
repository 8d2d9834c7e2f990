"""Which data key sealed what, and sealing anew whatever an older key sealed.

Every `_sealed` column of the main database is gone through, batch by batch, each batch one transaction with its audit
row: killed half-way, what is done is done, the rest still opens under its own key, and the next run finds it. A value
keeps the place that it is bound to. `audit.patient_sealed` (first format) is part of the audit chain and cannot be
sealed anew: its key stays in use until retention has taken those rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, func, select, tuple_, update

from cds_service.store.engine.database import UNLIMITED, Database
from cds_service.store.journal.journal import Journal
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import audit
from cds_service.store.schema.metadata import main
from cds_service.store.sealing.keyring import Keyring, SealBroken
from cds_service.store.trail import audit as trail

BATCH = 200
IN_CHAIN = audit.c.patient_sealed


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Sealed values by key id: in the database, of these in the audit chain, and in lines of the journal.

    `unknown` counts values of keys that are not in the ring: nobody here can open them.
    """

    database: Mapping[str, int]
    in_chain: Mapping[str, int]
    journal: Mapping[str, int]
    unknown: int

    def of(self, key_id: str) -> int:
        return self.database.get(key_id, 0) + self.journal.get(key_id, 0)


@dataclass(frozen=True, slots=True)
class Resealed:
    """`broken`: values that do not open, left as they are."""

    done: int
    broken: int


class Resealing:
    """Needs the owner's rights on PostgreSQL."""

    def __init__(self, database: Database, keyring: Keyring, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._journal = journal
        self._record = trail.recorder(keyring, clock)

    def use(self) -> KeyUse:
        ids = self._keyring.ids
        counts, in_chain, whole = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0), 0
        with self._database.reading(UNLIMITED) as connection:
            for table, column in sealed_columns():
                whole += _count(connection, table, func.length(column) > 0)
                for key_id in ids:
                    found = _count(connection, table, _sealed_by(column, self._keyring.header(key_id)))
                    counts[key_id] += found
                    in_chain[key_id] += found if column is IN_CHAIN else 0
        return KeyUse(counts, in_chain, self._journal.key_use(ids), whole - sum(counts.values()))

    def run(self, batch: int = BATCH) -> Resealed:
        """Seal anew whatever the current key did not seal."""
        done = broken = 0
        for table, column in sealed_columns():
            after: tuple[Any, ...] | None = None
            while column is not IN_CHAIN:
                with self._database.writing(longest_ms=UNLIMITED) as connection:
                    page = self._page(connection, table, column, after, batch)
                    if not page:
                        break
                    count = sum(self._seal_anew(connection, table, column, row) for row in page)
                    self._audit(connection, count)
                done, broken, after = done + count, broken + len(page) - count, tuple(page[-1])[:-1]
        return Resealed(done, broken)

    def _page(
        self, connection: Connection, table: Table, column: Column[Any], after: tuple[Any, ...] | None, batch: int
    ) -> list[Any]:
        keys = list(table.primary_key)
        current = _sealed_by(column, self._keyring.header(self._keyring.current))
        query = select(*keys, column).where(func.length(column) > 0, ~current)
        if after is not None:
            query = query.where(tuple_(*keys) > tuple_(*after))
        return list(connection.execute(query.order_by(*keys).limit(batch)))

    def _seal_anew(self, connection: Connection, table: Table, column: Column[Any], row: Any) -> bool:
        *place, sealed = row
        aad = ":".join([table.name, *place, column.name.removesuffix("_sealed")])
        try:
            plain = self._keyring.open(sealed, aad)
        except SealBroken:
            return False
        # Compared with what was read: a session that was renewed meanwhile must not be set back.
        same = and_(*(key == value for key, value in zip(table.primary_key, place, strict=True)), column == sealed)
        connection.execute(update(table).where(same).values({column: self._keyring.seal(plain, aad)}))
        return True

    def _audit(self, connection: Connection, count: int) -> None:
        event = AuditEvent("reseal", "done", detail={"count": count, "kid": self._keyring.current})
        self._record(connection, event)


def sealed_columns() -> list[tuple[Table, Column[Any]]]:
    return [
        (table, column) for table in main.sorted_tables for column in table.columns if column.name.endswith("_sealed")
    ]


def _count(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return int(connection.scalar(select(func.count()).select_from(table).where(condition)) or 0)


def _sealed_by(column: Column[Any], header: bytes) -> ColumnElement[bool]:
    """By the beginning of the value, which names its key."""
    return func.substr(column, 1, len(header), type_=column.type) == header
