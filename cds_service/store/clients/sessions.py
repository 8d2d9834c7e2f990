"""Short-lived server-side state of the app: launches on their way through the authorization server, sessions, tokens.

The id lives in the browser's cookie or in `state`; only its digest is stored, and the payload is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update

from cds_service.store.engine.database import Database, insert_or_replace
from cds_service.store.schema.clients import session
from cds_service.store.sealing.keyring import Keyring, to_json


class Sessions:
    """`kind` tells uses apart ("launch", "session"); `expires_at` is epoch seconds. StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def put(self, kind: str, id: str, payload: Mapping[str, Any], expires_at: float) -> None:
        """Keep `payload` (JSON) under this id, in place of what was there; drops what has expired."""
        digest = _digest(id)
        sealed = self._keyring.seal(to_json(payload), _aad(kind, digest))
        row = {"kind": kind, "id_digest": digest, "payload_sealed": sealed, "expires_at": expires_at}
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.expires_at <= self._now()))
            insert_or_replace(connection, session, row)

    def renew(self, kind: str, id: str, payload: Mapping[str, Any], expires_at: float) -> bool:
        """Replace a living session's payload; False when it is gone: nothing brings a logged-out one back."""
        sealed = self._keyring.seal(to_json(payload), _aad(kind, _digest(id)))
        living = and_(_is(kind, id), session.c.expires_at > self._now())
        with self._database.writing() as connection:
            change = update(session).where(living).values(payload_sealed=sealed, expires_at=expires_at)
            return connection.execute(change).rowcount == 1

    def prolong(self, kind: str, id: str, expires_at: float) -> bool:
        """Move a living session's end and leave its payload, which another request may just have replaced."""
        living = and_(_is(kind, id), session.c.expires_at > self._now())
        with self._database.writing() as connection:
            return connection.execute(update(session).where(living).values(expires_at=expires_at)).rowcount == 1

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        """The payload, or None when there is none or its time is over."""
        with self._database.reading() as connection:
            query = select(session.c.payload_sealed, session.c.expires_at).where(_is(kind, id))
            return self._opened(kind, id, connection.execute(query).first())

    def take(self, kind: str, id: str) -> dict[str, Any] | None:
        """The payload, for one caller only: of several that come at once, over all processes, the others get None."""
        removal = delete(session).where(_is(kind, id)).returning(session.c.payload_sealed, session.c.expires_at)
        with self._database.writing() as connection:
            return self._opened(kind, id, connection.execute(removal).first())

    def drop(self, kind: str, id: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(session).where(_is(kind, id)))

    def _opened(self, kind: str, id: str, row: Any) -> dict[str, Any] | None:
        if row is None or row.expires_at <= self._now():
            return None
        payload: dict[str, Any] = self._keyring.open_json(row.payload_sealed, _aad(kind, _digest(id)))
        return payload

    def _now(self) -> float:
        return self._clock().timestamp()


def forget(connection: Connection, before: datetime, most: int) -> int:
    """Take away what had ended by then, though nobody opens the app any more; how many."""
    place = session.c.kind, session.c.id_digest
    ended = select(*place).where(session.c.expires_at <= before.timestamp()).limit(most)
    found = [tuple(row) for row in connection.execute(ended)]
    return connection.execute(delete(session).where(tuple_(*place).in_(found))).rowcount if found else 0


def _is(kind: str, id: str) -> ColumnElement[bool]:
    return and_(session.c.kind == kind, session.c.id_digest == _digest(id))


def _digest(id: str) -> str:
    return sha256(id.encode()).hexdigest()


def _aad(kind: str, digest: str) -> str:
    return f"session:{kind}:{digest}:payload"
