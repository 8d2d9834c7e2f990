"""What leaves the store in bulk, row by row: feedback joined with what was advised, and the audit trail, by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, select

from cds_service.store.calls.cards import CALL_AND_CARD, stored_card
from cds_service.store.engine.database import UNLIMITED, Database
from cds_service.store.feedback.feedback import stored_feedback
from cds_service.store.records import AuditEvent, Scalar, StoredCard, StoredFeedback
from cds_service.store.schema.calls import audit, card, feedback, invocation
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import patients

_PAGE = 500  # rows fetched, and patients looked up, at once
_LOOKED_THROUGH = 20_000  # newest audit rows in which a client's own calls are looked for: the trail may have millions
_OF_CALLS = ("invoke", "feedback", "ask")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link of the trail, with the patient's FHIR id behind its pseudonym."""

    seq: int
    id: str
    at: datetime
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class RecentCall:
    """What the trail says of one call of a CDS endpoint, without patient, body or digest of either."""

    at: datetime
    action: str
    outcome: str
    detail: dict[str, Scalar]


class Reports:
    """Reads in pages. `start` is included, `end` is not; both are aware."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def feedback(self, start: datetime, end: datetime) -> Iterator[tuple[StoredFeedback, StoredCard]]:
        """Each feedback event received in the period with the card it is about, in the order they came."""
        events = tuple(column.label(f"event_{column.name}") for column in feedback.c)
        query = (
            select(*events, *CALL_AND_CARD)
            .join(card, card.c.uuid == feedback.c.card)
            .join(invocation, invocation.c.id == card.c.invocation)
            .where(feedback.c.received_at >= start, feedback.c.received_at < end)
            .order_by(feedback.c.received_at, feedback.c.natural_key)
        )
        for row in self._rows(query):
            event = {column.name: row._mapping[f"event_{column.name}"] for column in feedback.c}
            yield stored_feedback(self._keyring, event), stored_card(self._keyring, row)

    def audit(self, start: datetime, end: datetime) -> Iterator[AuditRow]:
        """The audit rows of the period, in the order of the chain."""
        query = select(audit).where(audit.c.at >= start, audit.c.at < end).order_by(audit.c.seq)
        page: list[Any] = []
        for row in self._rows(query):
            page.append(row)
            if len(page) == _PAGE:
                yield from self._audit_page(page)
                page = []
        yield from self._audit_page(page)

    def recent_calls(self, tenant: str, issuer: str, most: int) -> list[RecentCall]:
        """The newest calls of one client, newest first, among what was last put on record by anybody."""
        newest = select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery()
        columns = (audit.c.at, audit.c.action, audit.c.outcome, audit.c.detail)
        query = (
            select(*columns)
            .where(audit.c.seq > newest - _LOOKED_THROUGH, audit.c.action.in_(_OF_CALLS))
            .where(audit.c.tenant == tenant, audit.c.issuer == issuer)
            .order_by(audit.c.seq.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return [RecentCall(row.at, row.action, row.outcome, orjson.loads(row.detail)) for row in found]

    def _audit_page(self, page: list[Any]) -> Iterator[AuditRow]:
        with self._database.reading(UNLIMITED) as connection:
            yield from audit_rows(connection, self._keyring, page)

    def _rows(self, query: Select[Any]) -> Iterator[Any]:
        with self._database.reading(UNLIMITED) as connection:
            options = connection.execution_options(yield_per=_PAGE)
            with options.execute(query) as found:
                yield from found


def audit_rows(connection: Connection, keyring: Keyring, page: Sequence[Any]) -> Iterator[AuditRow]:
    """The records of rows of the trail, with the patients behind their pseudonyms."""
    ids = patients.ids_of(connection, keyring, {row.patient for row in page if row.patient})
    for row in page:
        patient = ids.get(row.patient) or _first_format(keyring, row)
        subject = (row.action, row.outcome, row.tenant, row.issuer, row.subject)
        yield AuditRow(row.seq, row.id, row.at, AuditEvent(*subject, orjson.loads(row.detail), patient))


def _first_format(keyring: Keyring, row: Any) -> str | None:
    if not row.patient_sealed:
        return None
    return keyring.open(row.patient_sealed, f"audit:{row.id}:patient").decode()
