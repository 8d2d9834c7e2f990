"""Our own signing keys: made, published and retired by command; their private halves are sealed.

A new key is published at once and signs only later, so that whoever keeps our set for a while has fetched it by then.
The older ones stay published until they are retired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from cds_service.store.engine.database import Database
from cds_service.store.records import AuditEvent
from cds_service.store.schema.clients import own_key
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit


@dataclass(frozen=True, slots=True)
class OwnKey:
    """`public` is the JWK as we publish it; `private` the whole one."""

    kid: str
    algorithm: str
    public: Mapping[str, Any]
    private: Mapping[str, Any] = field(repr=False)
    signs_from: datetime
    created: datetime


class OwnKeys:
    """StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._record = audit.recorder(keyring, clock)

    def all(self) -> list[OwnKey]:
        """The oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(own_key).order_by(own_key.c.created, own_key.c.kid)).mappings()
            return [self._opened(row) for row in rows]

    def published(self) -> list[Mapping[str, Any]]:
        """The public keys; nothing is opened."""
        with self._database.reading() as connection:
            query = select(own_key.c.public).order_by(own_key.c.created, own_key.c.kid)
            return [dict(public) for public in connection.scalars(query)]

    def signing(self, algorithm: str, now: datetime) -> OwnKey | None:
        """The newest key of this algorithm whose time to sign has come."""
        ready = (key for key in self.all() if key.algorithm == algorithm and key.signs_from <= now)
        return max(ready, key=lambda key: (key.signs_from, key.created), default=None)

    def add(self, key: OwnKey) -> None:
        sealed = self._keyring.seal(to_json(key.private), _aad(key.kid))
        row = {"kid": key.kid, "algorithm": key.algorithm, "public": dict(key.public), "private_sealed": sealed}
        with self._database.writing() as connection:
            connection.execute(insert(own_key), {**row, "signs_from": key.signs_from, "created": key.created})
            self._audit(connection, "make-own-key", key.kid, key.algorithm)

    def retire(self, kid: str) -> bool:
        """Publish it no more; False when there is no such key."""
        with self._database.writing() as connection:
            removed = connection.execute(delete(own_key).where(own_key.c.kid == kid)).rowcount == 1
            if removed:
                self._audit(connection, "retire-own-key", kid, None)
            return removed

    def _opened(self, row: Any) -> OwnKey:
        private = self._keyring.open_json(row["private_sealed"], _aad(row["kid"]))
        return OwnKey(row["kid"], row["algorithm"], row["public"], private, row["signs_from"], row["created"])

    def _audit(self, connection: Connection, action: str, kid: str, algorithm: str | None) -> None:
        detail = {"kid": kid} if algorithm is None else {"kid": kid, "alg": algorithm}
        self._record(connection, AuditEvent(action, "done", detail=detail))


def _aad(kid: str) -> str:
    return f"own_key:{kid}:private"
