"""Who may call (CDS Hooks clients), from where the app is launched (SMART clients), and who we are to others (backend).

A row per tenant and issuer, or FHIR base; registering again replaces it.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, select

from cds_service.store import audit
from cds_service.store.client_tables import backend_client, cds_client, smart_client
from cds_service.store.database import insert_or_replace
from cds_service.store.keyring import Keyring, to_json
from cds_service.store.records import AuditEvent, BackendClient, CdsClient, SmartClient


def put_cds_client(connection: Connection, keyring: Keyring, client: CdsClient, now: datetime) -> None:
    lists = {"algorithms": list(client.algorithms), "fhir_bases": list(client.fhir_bases)}
    row = {**asdict(client), **lists, "id": _row_id(client.tenant, client.issuer)}
    insert_or_replace(connection, cds_client, row)
    _audit(connection, keyring, "register-cds-client", client.tenant, client.issuer, now)


def cds_clients(connection: Connection) -> list[CdsClient]:
    names = [field.name for field in fields(CdsClient)]
    query = select(*(cds_client.c[name] for name in names)).order_by(cds_client.c.tenant, cds_client.c.issuer)
    return [_cds_client(dict(row)) for row in connection.execute(query).mappings()]


def put_smart_client(connection: Connection, keyring: Keyring, client: SmartClient, now: datetime) -> None:
    row_id = _row_id(client.tenant, client.issuer)
    secret, jwk = client.secret, client.private_jwk
    row = {
        "id": row_id,
        "tenant": client.tenant,
        "issuer": client.issuer,
        "client_id": client.client_id,
        "secret_sealed": None if secret is None else keyring.seal(secret.encode(), _aad(row_id, "secret")),
        "private_jwk_sealed": None if jwk is None else keyring.seal(to_json(jwk), _aad(row_id, "private_jwk")),
        "scopes": list(client.scopes),
        "auth_origins": list(client.auth_origins),
        "created": now,
    }
    insert_or_replace(connection, smart_client, row)
    _audit(connection, keyring, "register-smart-client", client.tenant, client.issuer, now)


def smart_clients(connection: Connection, keyring: Keyring) -> list[SmartClient]:
    query = select(smart_client).order_by(smart_client.c.tenant, smart_client.c.issuer)
    return [_smart_client(keyring, row) for row in connection.execute(query).mappings()]


def put_backend_client(connection: Connection, keyring: Keyring, client: BackendClient, now: datetime) -> None:
    row_id = _row_id(client.tenant, client.fhir_base)
    row = {**asdict(client), "scopes": list(client.scopes), "id": row_id, "created": now}
    insert_or_replace(connection, backend_client, row)
    _audit(connection, keyring, "register-backend-client", client.tenant, client.fhir_base, now)


def backend_clients(connection: Connection) -> list[BackendClient]:
    names = [field.name for field in fields(BackendClient)]
    query = select(*(backend_client.c[name] for name in names))
    rows = connection.execute(query.order_by(backend_client.c.tenant, backend_client.c.fhir_base)).mappings()
    return [BackendClient(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]


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


def _audit(connection: Connection, keyring: Keyring, action: str, tenant: str, issuer: str, now: datetime) -> None:
    audit.append(connection, keyring, audit.stamp(AuditEvent(action, "done", tenant, issuer), now))


def _row_id(tenant: str, issuer: str) -> str:
    """Always the same for the same registration, so that registering again replaces it."""
    return sha256(orjson.dumps([tenant, issuer])).hexdigest()


def _aad(row_id: str, column: str) -> str:
    return f"smart_client:{row_id}:{column}"
