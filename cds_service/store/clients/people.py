"""Who may do what in the app: local grants by command, to a person as the EHR's id_token names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from cds_service.store.engine.database import Database, insert_or_replace
from cds_service.store.records import AuditEvent
from cds_service.store.schema.people import role_grant
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit

Role = Literal["rule-owner", "quality", "admin", "auditor"]
ROLES: tuple[Role, ...] = ("rule-owner", "quality", "admin", "auditor")


@dataclass(frozen=True, slots=True)
class Grant:
    """`person` is the absolute fhirUser URL; being a clinician needs no grant, a launch brings it."""

    tenant: str
    person: str
    role: Role
    granted_at: datetime


class People:
    """StoreUnavailable on an outage: then nobody has a role."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def grant(self, tenant: str, person: str, role: Role) -> None:
        """Give a role; giving it again changes its date only. On record without the person's name."""
        key, now = self._key(tenant, person, role), self._clock()
        row = {"id": key, "tenant": tenant, "role": role, "granted_at": now}
        sealed = self._keyring.seal(person.encode(), _aad(key))
        with self._database.writing() as connection:
            insert_or_replace(connection, role_grant, {**row, "person_sealed": sealed})
            event = AuditEvent("grant-role", "done", tenant, subject=key, detail={"reason": role})
            self._record(connection, event)

    def revoke(self, tenant: str, person: str, role: Role) -> bool:
        """Take a role back; False when there was none."""
        key = self._key(tenant, person, role)
        with self._database.writing() as connection:
            gone = connection.execute(delete(role_grant).where(role_grant.c.id == key)).rowcount == 1
            event = AuditEvent("revoke-role", "done" if gone else "none", tenant, subject=key, detail={"reason": role})
            self._record(connection, event)
        return gone

    def roles_of(self, tenant: str, person: str | None) -> frozenset[Role]:
        """The roles of this person at this tenant; nobody in particular has none."""
        if person is None:
            return frozenset()
        keys = {self._key(tenant, person, role): role for role in ROLES}
        with self._database.reading() as connection:
            found = connection.scalars(select(role_grant.c.id).where(role_grant.c.id.in_(list(keys)))).all()
        return frozenset(keys[key] for key in found)

    def all(self) -> list[Grant]:
        with self._database.reading() as connection:
            rows = connection.execute(select(role_grant).order_by(role_grant.c.tenant, role_grant.c.role)).all()
        return [
            Grant(row.tenant, self._keyring.open(row.person_sealed, _aad(row.id)).decode(), row.role, row.granted_at)
            for row in rows
        ]

    def _key(self, tenant: str, person: str, role: str) -> str:
        return self._keyring.pseudonym(f"grant\n{tenant}\n{person}\n{role}")


def _aad(key: str) -> str:
    return f"role_grant:{key}:person"
