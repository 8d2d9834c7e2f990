"""What came of feedback: answers of a rule's owner, only ever added, the newest one standing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Select, func, select, update

from cds_service.store.engine.database import Database
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import card, invocation
from cds_service.store.schema.calls import feedback as events
from cds_service.store.schema.people import feedback_reply
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit
from cds_service.store.trail.holds import holds_call

Status = Literal["answered", "changed"]


@dataclass(frozen=True, slots=True)
class Reply:
    """`feedback` is the event's key; `version` says in which version something changed (status changed).

    `words` and `by` are None when retention took them away.
    """

    feedback: str
    status: Status
    words: str | None
    by: str | None
    version: str | None
    at: datetime


class Replies:
    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def add(self, tenant: str, feedback: str, status: Status, words: str, by: str, version: str | None) -> None:
        """Add an answer with its audit row; returns after commit."""
        key, now = str(uuid4()), self._clock()
        sealed = self._keyring.seal(to_json({"words": words, "by": by}), _aad(key))
        row = {"id": key, "feedback": feedback, "status": status, "version": version, "at": now}
        with self._database.writing() as connection:
            connection.execute(feedback_reply.insert().values(**row, words_sealed=sealed))
            event = AuditEvent("feedback-reply", status, tenant, subject=feedback)
            self._record(connection, event)

    def of(self, keys: Collection[str]) -> dict[str, Reply]:
        """The newest answer to each of these feedback events; those without one are left out."""
        query = select(feedback_reply).where(feedback_reply.c.feedback.in_(list(keys))).order_by(feedback_reply.c.at)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.feedback: self._reply(row) for row in rows}

    def _reply(self, row: object) -> Reply:
        sealed = row.words_sealed  # type: ignore[attr-defined]
        said = self._keyring.open_json(sealed, _aad(row.id)) if sealed else {"words": None, "by": None}  # type: ignore[attr-defined]
        return Reply(row.feedback, row.status, said["words"], said["by"], row.version, row.at)  # type: ignore[attr-defined]


def due(before: datetime) -> Select[Any]:
    """Ids of answers whose words are older and are not kept by a legal hold on what they answer."""
    held = select(events.c.natural_key).join(card, card.c.uuid == events.c.card)
    held = held.join(invocation, invocation.c.id == card.c.invocation).where(holds_call())
    said = feedback_reply.c.at < before, func.length(feedback_reply.c.words_sealed) > 0
    return select(feedback_reply.c.id).where(*said, feedback_reply.c.feedback.not_in(held))


def erase(connection: Connection, before: datetime, most: int) -> int:
    """Erase words and author of what is due; that there was an answer, and when, stays. How many."""
    ids = list(connection.scalars(due(before).limit(most)))
    change = update(feedback_reply).where(feedback_reply.c.id.in_(ids)).values(words_sealed=b"")
    return connection.execute(change).rowcount


def _aad(key: str) -> str:
    return f"feedback_reply:{key}:words"
