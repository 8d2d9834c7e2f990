"""Legal holds: what must not be erased, whatever its age, until the hold is lifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from cds_service.errors import InvalidRequest
from cds_service.store.engine.database import Database
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import audit, card, invocation, legal_hold
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit as trail
from cds_service.store.trail import patients

_STANDS = legal_hold.c.lifted_at.is_(None)
_WHOLE_TENANT = and_(legal_hold.c.patient.is_(None), legal_hold.c.card.is_(None))


@dataclass(frozen=True, slots=True)
class Hold:
    """`about` is what is held: the tenant, a patient (by its pseudonym), or one card with the call it answered."""

    id: str
    tenant: str
    about: str
    case_id: str
    placed_at: datetime
    lifted_at: datetime | None


class Holds:
    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = trail.recorder(keyring, clock)

    def place(self, tenant: str, case_id: str, patient: str | None = None, card_uuid: str | None = None) -> str:
        """Hold a tenant, or one patient (FHIR id) or card of it; the id of the hold. InvalidRequest: no such card."""
        hold = str(uuid4())
        row = {"id": hold, "tenant": tenant, "case_id": case_id, "card": card_uuid, "placed_at": self._clock()}
        with self._database.writing() as connection:
            if card_uuid is not None:
                theirs = select(card.c.uuid).join(invocation, invocation.c.id == card.c.invocation)
                theirs = theirs.where(card.c.uuid == card_uuid, invocation.c.tenant == tenant)
                if connection.execute(theirs).first() is None:
                    raise InvalidRequest("this tenant was never sent such a card", "card")
            row["patient"] = patients.pseudonym(self._keyring, tenant, patient)
            connection.execute(insert(legal_hold), row)
            event = AuditEvent("hold-place", "done", tenant, subject=hold, patient=patient)
            self._record(connection, event)
        return hold

    def lift(self, hold: str) -> None:
        """InvalidRequest: there is no such hold that stands."""
        with self._database.writing() as connection:
            lifted = update(legal_hold).where(legal_hold.c.id == hold, _STANDS).values(lifted_at=self._clock())
            tenant = connection.scalar(lifted.returning(legal_hold.c.tenant))
            if tenant is None:
                raise InvalidRequest("there is no such hold that stands", "hold")
            event = AuditEvent("hold-lift", "done", tenant, subject=hold)
            self._record(connection, event)

    def all(self) -> list[Hold]:
        with self._database.reading() as connection:
            found = connection.execute(select(legal_hold).order_by(legal_hold.c.placed_at))
            return [
                Hold(row.id, row.tenant, _about(row.patient, row.card), row.case_id, row.placed_at, row.lifted_at)
                for row in found
            ]


def holds_call() -> ColumnElement[bool]:
    """Whether a hold stands on this row of `invocation`."""
    its_card = legal_hold.c.card.in_(select(card.c.uuid).where(card.c.invocation == invocation.c.id))
    touched = or_(_WHOLE_TENANT, legal_hold.c.patient == invocation.c.patient, its_card)
    return exists().where(_STANDS, legal_hold.c.tenant == invocation.c.tenant, touched).correlate(invocation)


def holds_row() -> ColumnElement[bool]:
    """Whether a hold stands on this row of `audit`: of the tenant, about the patient, the card or its call."""
    its_call = select(card.c.invocation).where(card.c.uuid == legal_hold.c.card).scalar_subquery()
    about = audit.c.subject == legal_hold.c.card, audit.c.subject == its_call
    touched = or_(_WHOLE_TENANT, legal_hold.c.patient == audit.c.patient, *about)
    return exists().where(_STANDS, legal_hold.c.tenant == audit.c.tenant, touched).correlate(audit)


def holds_patient(tenant: ColumnElement[str], patient: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a hold on a whole tenant or patient stands; the columns are of the row that is asked about."""
    touched = or_(_WHOLE_TENANT, legal_hold.c.patient == patient)
    return exists().where(_STANDS, legal_hold.c.tenant == tenant, touched).correlate_except(legal_hold)


def _about(patient: str | None, card_uuid: str | None) -> str:
    if card_uuid is not None:
        return f"card {card_uuid}"
    return f"patient {patient[:12]}" if patient else "the whole tenant"
