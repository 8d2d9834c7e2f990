"""Who may call (CDS Hooks clients), from where the app is launched (SMART clients), and who we are to others (backend).

A row per tenant and issuer, or FHIR base; registering again replaces it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Table, select

from cds_service.store.engine.database import Database, insert_or_replace
from cds_service.store.records import AuditEvent
from cds_service.store.schema.clients import backend_client, cds_client, smart_client
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit


@dataclass(frozen=True, slots=True)
class CdsClient:
    """A registered CDS Hooks client: whose tokens we verify, with which keys; `max_lifetime` is in seconds."""

    tenant: str
    issuer: str
    jwks: Mapping[str, Any] | None
    jwks_url: str | None
    algorithms: tuple[str, ...]
    dialect: str
    fhir_bases: tuple[str, ...]
    max_lifetime: int
    service_client_id: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class SmartClient:
    """Our registration at an EHR's SMART issuer. A public client has neither `secret` nor `private_jwk`.

    `auth_origins`: where else than on the origin of `issuer` its authorization server may stand.
    """

    tenant: str
    issuer: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    private_jwk: Mapping[str, Any] | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    auth_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackendClient:
    """Our registration for SMART Backend Services at a tenant's authorization server, for one FHIR base."""

    tenant: str
    fhir_base: str
    client_id: str
    token_url: str
    algorithm: str
    scopes: tuple[str, ...]


class Registrations:
    """Each registration is on record in its own transaction. StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def add_cds_client(self, client: CdsClient) -> None:
        """Register a CDS client, or replace the registration of the same tenant and issuer."""
        lists = {"algorithms": list(client.algorithms), "fhir_bases": list(client.fhir_bases)}
        self._put(cds_client, "register-cds-client", client.tenant, client.issuer, {**asdict(client), **lists})

    def cds_clients(self) -> list[CdsClient]:
        names = [field.name for field in fields(CdsClient)]
        query = select(*(cds_client.c[name] for name in names)).order_by(cds_client.c.tenant, cds_client.c.issuer)
        with self._database.reading() as connection:
            return [_cds_client(dict(row)) for row in connection.execute(query).mappings()]

    def add_smart_client(self, client: SmartClient) -> None:
        """Register the app at a SMART issuer, or replace that registration; secret and key are sealed."""
        row_id = _row_id(client.tenant, client.issuer)
        secret, jwk = client.secret, client.private_jwk
        row = {
            "tenant": client.tenant,
            "issuer": client.issuer,
            "client_id": client.client_id,
            "secret_sealed": None if secret is None else self._keyring.seal(secret.encode(), _aad(row_id, "secret")),
            "private_jwk_sealed": None
            if jwk is None
            else self._keyring.seal(to_json(jwk), _aad(row_id, "private_jwk")),
            "scopes": list(client.scopes),
            "auth_origins": list(client.auth_origins),
            "created": self._clock(),
        }
        self._put(smart_client, "register-smart-client", client.tenant, client.issuer, row)

    def smart_clients(self) -> list[SmartClient]:
        query = select(smart_client).order_by(smart_client.c.tenant, smart_client.c.issuer)
        with self._database.reading() as connection:
            return [_smart_client(self._keyring, row) for row in connection.execute(query).mappings()]

    def add_backend_client(self, client: BackendClient) -> None:
        """Register us at a tenant's authorization server, or replace the registration of the same FHIR base."""
        row = {**asdict(client), "scopes": list(client.scopes), "created": self._clock()}
        self._put(backend_client, "register-backend-client", client.tenant, client.fhir_base, row)

    def backend_clients(self) -> list[BackendClient]:
        names = [field.name for field in fields(BackendClient)]
        query = select(*(backend_client.c[name] for name in names))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(backend_client.c.tenant, backend_client.c.fhir_base)).mappings()
            return [BackendClient(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]

    def backend_client(self, tenant: str, fhir_base: str) -> BackendClient | None:
        """Our registration for one FHIR base of a tenant, with or without a slash at its end; None without one."""
        wanted = (tenant, fhir_base.rstrip("/"))
        return next((one for one in self.backend_clients() if (one.tenant, one.fhir_base.rstrip("/")) == wanted), None)

    def _put(self, table: Table, action: str, tenant: str, issuer: str, row: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            insert_or_replace(connection, table, {**row, "id": _row_id(tenant, issuer)})
            self._record(connection, AuditEvent(action, "done", tenant, issuer))


def _cds_client(row: dict[str, Any]) -> CdsClient:
    return CdsClient(**{**row, "algorithms": tuple(row["algorithms"]), "fhir_bases": tuple(row["fhir_bases"])})


def _smart_client(keyring: Keyring, row: Any) -> SmartClient:
    secret, jwk = row["secret_sealed"], row["private_jwk_sealed"]
    return SmartClient(
        tenant=row["tenant"],
        issuer=row["issuer"],
        client_id=row["client_id"],
        secret=None if secret is None else keyring.open(secret, _aad(row["id"], "secret")).decode(),
        private_jwk=None if jwk is None else keyring.open_json(jwk, _aad(row["id"], "private_jwk")),
        scopes=tuple(row["scopes"]),
        auth_origins=tuple(row["auth_origins"] or ()),
    )


def _row_id(tenant: str, issuer: str) -> str:
    """Always the same for the same registration, so that registering again replaces it."""
    return sha256(orjson.dumps([tenant, issuer])).hexdigest()


def _aad(row_id: str, column: str) -> str:
    return f"smart_client:{row_id}:{column}"
