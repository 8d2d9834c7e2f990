"""What came of feedback: answers of a rule's owner, only ever added, the newest one standing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import select

from cds_service.store import audit
from cds_service.store.database import Database
from cds_service.store.keyring import Keyring, to_json
from cds_service.store.people_tables import feedback_reply
from cds_service.store.records import AuditEvent

Status = Literal["answered", "changed"]


@dataclass(frozen=True, slots=True)
class Reply:
    """`feedback` is the event's key; `version` says in which version something changed (status changed)."""

    feedback: str
    status: Status
    words: str
    by: str
    version: str | None
    at: datetime


class Replies:
    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def add(self, tenant: str, feedback: str, status: Status, words: str, by: str, version: str | None) -> None:
        """Add an answer with its audit row; returns after commit."""
        key, now = str(uuid4()), self._clock()
        sealed = self._keyring.seal(to_json({"words": words, "by": by}), _aad(key))
        row = {"id": key, "feedback": feedback, "status": status, "version": version, "at": now}
        with self._database.writing() as connection:
            connection.execute(feedback_reply.insert().values(**row, words_sealed=sealed))
            event = AuditEvent("feedback-reply", status, tenant, subject=feedback)
            audit.append(connection, self._keyring, audit.stamp(event, now))

    def of(self, keys: Collection[str]) -> dict[str, Reply]:
        """The newest answer to each of these feedback events; those without one are left out."""
        query = select(feedback_reply).where(feedback_reply.c.feedback.in_(list(keys))).order_by(feedback_reply.c.at)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.feedback: self._reply(row) for row in rows}

    def _reply(self, row: object) -> Reply:
        said = self._keyring.open_json(row.words_sealed, _aad(row.id))  # type: ignore[attr-defined]
        return Reply(row.feedback, row.status, said["words"], said["by"], row.version, row.at)  # type: ignore[attr-defined]


def _aad(key: str) -> str:
    return f"feedback_reply:{key}:words"
