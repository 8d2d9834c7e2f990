"""Who may read `/fhir`: a row for each client id, which belongs to one tenant for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from cds_service.errors import InvalidRequest
from cds_service.store.engine.database import Database, insert_or_replace
from cds_service.store.records import AuditEvent
from cds_service.store.schema.outbound import fhir_client
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit


@dataclass(frozen=True, slots=True)
class FhirReader:
    """A registered client of `/fhir`: SMART Backend Services, one tenant, the scopes that it may be granted."""

    client_id: str
    tenant: str
    jwks: Mapping[str, Any] | None
    jwks_url: str | None
    scopes: tuple[str, ...]
    created: datetime


class FhirClients:
    """Each change is on record in its own transaction. StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._record = audit.recorder(keyring, clock)

    def add(self, client: FhirReader) -> None:
        """Register it, or replace its registration. InvalidRequest: the id belongs to another tenant."""
        with self._database.writing() as connection:
            known = _find(connection, client.client_id)
            if known is not None and known["tenant"] != client.tenant:
                raise InvalidRequest("this client id is registered for another tenant")
            insert_or_replace(connection, fhir_client, {**asdict(client), "scopes": list(client.scopes)})
            self._audit(connection, "register-fhir-client", client.tenant, client.client_id)

    def remove(self, client_id: str) -> bool:
        """False: there is no such client. Tokens that it holds end within minutes."""
        with self._database.writing() as connection:
            known = _find(connection, client_id)
            if known is not None:
                connection.execute(delete(fhir_client).where(fhir_client.c.client_id == client_id))
                self._audit(connection, "register-fhir-client-removed", known["tenant"], client_id)
            return known is not None

    def find(self, client_id: str) -> FhirReader | None:
        with self._database.reading() as connection:
            row = _find(connection, client_id)
        return None if row is None else _reader(row)

    def all(self) -> list[FhirReader]:
        with self._database.reading() as connection:
            rows = connection.execute(select(fhir_client).order_by(fhir_client.c.tenant, fhir_client.c.client_id))
            return [_reader(dict(row)) for row in rows.mappings()]

    def _audit(self, connection: Connection, action: str, tenant: str, client_id: str) -> None:
        event = AuditEvent(action, "done", tenant, client_id, detail={"client_id": client_id})
        self._record(connection, event)


def _find(connection: Connection, client_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(fhir_client).where(fhir_client.c.client_id == client_id)).mappings().first()
    return None if row is None else dict(row)


def _reader(row: dict[str, Any]) -> FhirReader:
    return FhirReader(**{**row, "scopes": tuple(row["scopes"])})
