"""The cards of one patient over all services, newest first: for the app, which shows them beside that patient."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Select, select

from cds_service.store.calls.cards import CALL_AND_CARD, stored_card
from cds_service.store.engine.database import Database
from cds_service.store.feedback import feedback
from cds_service.store.records import StoredCard, StoredFeedback
from cds_service.store.schema.calls import card, invocation
from cds_service.store.schema.calls import feedback as feedback_table
from cds_service.store.sealing import content
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import patients

_CALLS = 60  # newest calls that are looked through; each may have several cards


class PatientCards:
    """Reads; StoreUnavailable on an outage. Erased calls are left out."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def of(self, tenant: str, patient: str) -> list[StoredCard]:
        """The cards of the newest calls about this patient, newest first, each with its feedback."""
        name = patients.pseudonym(self._keyring, tenant, patient)
        calls = (
            select(invocation.c.id)
            .where(invocation.c.patient == name, invocation.c.tenant == tenant)
            .order_by(invocation.c.at.desc())
            .limit(_CALLS)
        )
        query = (
            select(*CALL_AND_CARD)
            .join(card, card.c.invocation == invocation.c.id)
            .where(invocation.c.id.in_(calls.scalar_subquery()))
            .order_by(invocation.c.at.desc(), card.c.position)
        )
        return self._read(query)

    def asked(self, tenant: str, patient: str) -> bool:
        """Whether any call about this patient is on record, with cards or without."""
        name = patients.pseudonym(self._keyring, tenant, patient)
        query = select(invocation.c.id).where(invocation.c.patient == name, invocation.c.tenant == tenant).limit(1)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def one(self, tenant: str, patient: str, uuid: str) -> StoredCard | None:
        """One card, if it is this patient's; None for an unknown, erased or foreign one."""
        name = patients.pseudonym(self._keyring, tenant, patient)
        query = (
            select(*CALL_AND_CARD)
            .join(card, card.c.invocation == invocation.c.id)
            .where(card.c.uuid == uuid, invocation.c.patient == name, invocation.c.tenant == tenant)
        )
        return next(iter(self._read(query)), None)

    def _read(self, query: Select[tuple[object, ...]]) -> list[StoredCard]:
        with self._database.reading() as connection:
            rows = [row for row in connection.execute(query) if not _is_erased(row)]
            wanted = feedback_table.c.card.in_([row.card_uuid for row in rows])
            events: dict[str, list[StoredFeedback]] = {}
            for event in connection.execute(select(feedback_table).where(wanted).order_by(*_IN_TIME)).mappings():
                events.setdefault(event["card"], []).append(feedback.stored_feedback(self._keyring, event))
        cards = (stored_card(self._keyring, row) for row in rows)
        return [replace(one, feedback=tuple(events.get(one.uuid, ()))) for one in cards]


_IN_TIME = (feedback_table.c.at, feedback_table.c.received_at)


def _is_erased(row: object) -> bool:
    values = row._mapping  # type: ignore[attr-defined]
    return content.is_erased({column.name: values[f"call_{column.name}"] for column in invocation.c})
