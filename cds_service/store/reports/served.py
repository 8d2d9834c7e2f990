"""What `/fhir` reads: the cards and the audit rows of one tenant, newest first, page by page.

Every query names its tenant, and a row of another one is as good as not there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from cds_service.store.calls.cards import CALL_AND_CARD, stored_card
from cds_service.store.engine.database import Database
from cds_service.store.feedback.feedback import stored_feedback
from cds_service.store.records import StoredCard
from cds_service.store.reports.bulk import AuditRow, audit_rows
from cds_service.store.schema.calls import audit, card, feedback, invocation
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import patients


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open, aware; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def of(self, column: Any) -> list[ColumnElement[bool]]:
        since = [] if self.start is None else [column >= self.start]
        return since if self.end is None else [*since, column < self.end]


@dataclass(frozen=True, slots=True)
class CardQuery:
    """None asks for nothing. `ids` are card uuids; `ruled` without cards of no rule; `offering` with suggestions only.

    `topics` must, `without_topics` must not be the card's. `changed` is when it was sent or last got feedback.
    """

    patient: str | None = None
    ids: Collection[str] | None = None
    at: Span = Span()
    changed: Span = Span()
    topics: Collection[str] | None = None
    without_topics: Collection[str] = ()
    ruled: bool = False
    offering: bool = False


@dataclass(frozen=True, slots=True)
class AuditQuery:
    patient: str | None = None
    ids: Collection[str] | None = None
    at: Span = Span()
    actions: Collection[str] | None = None


class Served:
    """Reads at most `limit`, after what a page before ended with. StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def cards(
        self, tenant: str, query: CardQuery, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[StoredCard]:
        """With their feedback. What retention has erased is gone."""
        wanted = (
            select(*CALL_AND_CARD)
            .join(card, card.c.invocation == invocation.c.id)
            .where(invocation.c.tenant == tenant, *card_conditions(self._keyring, tenant, query))
            .order_by(invocation.c.at.desc(), card.c.uuid.desc())
            .limit(limit)
        )
        if after is not None:
            wanted = wanted.where(
                or_(invocation.c.at < after[0], and_(invocation.c.at == after[0], card.c.uuid < after[1]))
            )
        with self._database.reading() as connection:
            found = [stored_card(self._keyring, row) for row in connection.execute(wanted)]
            return self._with_feedback(connection, found)

    def audit(self, tenant: str, query: AuditQuery, limit: int, before: int | None = None) -> list[AuditRow]:
        """By number, the highest first; `before` is the number that a page before ended with."""
        wanted = select(audit).where(audit.c.tenant == tenant, *self._of_audit(tenant, query))
        if before is not None:
            wanted = wanted.where(audit.c.seq < before)
        with self._database.reading() as connection:
            page: Sequence[Any] = connection.execute(wanted.order_by(audit.c.seq.desc()).limit(limit)).all()
            return list(audit_rows(connection, self._keyring, page))

    def _of_audit(self, tenant: str, query: AuditQuery) -> list[ColumnElement[bool]]:
        asked = query.at.of(audit.c.at)
        if query.patient is not None:
            asked.append(audit.c.patient == patients.pseudonym(self._keyring, tenant, query.patient))
        if query.ids is not None:
            asked.append(audit.c.id.in_(list(query.ids)))
        if query.actions is not None:
            asked.append(audit.c.action.in_(list(query.actions)))
        return asked

    def _with_feedback(self, connection: Connection, found: list[StoredCard]) -> list[StoredCard]:
        about: dict[str, list[Any]] = {one.uuid: [] for one in found}
        query = select(feedback).where(feedback.c.card.in_(list(about)))
        for row in connection.execute(query.order_by(feedback.c.at, feedback.c.received_at)).mappings():
            about[row["card"]].append(stored_feedback(self._keyring, row))
        return [replace(one, feedback=tuple(about[one.uuid])) for one in found]


def _changed_in(span: Span) -> list[ColumnElement[bool]]:
    def heard(since: datetime) -> ColumnElement[bool]:
        return exists().where(feedback.c.card == card.c.uuid, feedback.c.received_at >= since)

    since = [] if span.start is None else [or_(invocation.c.at >= span.start, heard(span.start))]
    return since if span.end is None else [*since, invocation.c.at < span.end, ~heard(span.end)]


def card_conditions(keyring: Keyring, tenant: str, query: CardQuery) -> list[ColumnElement[bool]]:
    """Over `card` joined with `invocation`."""
    there = or_(func.length(invocation.c.content_sealed) > 0, func.length(invocation.c.context_sealed) > 0)
    asked = [there, *query.at.of(invocation.c.at), *_changed_in(query.changed)]
    if query.patient is not None:
        asked.append(invocation.c.patient == patients.pseudonym(keyring, tenant, query.patient))
    if query.ids is not None:
        asked.append(card.c.uuid.in_(list(query.ids)))
    if query.topics is not None:
        asked.append(card.c.topic.in_(list(query.topics)))
    if query.without_topics:
        asked.append(card.c.topic.not_in(list(query.without_topics)))
    if query.ruled:
        asked.append(card.c.rule.is_not(None))
    if query.offering:
        asked.append(and_(card.c.offered.is_not(None), card.c.offered != "[]"))
    return asked
