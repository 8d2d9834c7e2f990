"""The clear stand-in for a unit's name, and the way back from it. Names are what EHRs typed, so they are sealed."""

from __future__ import annotations

from sqlalchemy import Connection, select

from cds_service.store.engine.statements import add_once
from cds_service.store.schema.people import known_unit
from cds_service.store.sealing.keyring import Keyring


def pseudonym(keyring: Keyring, tenant: str, unit: str | None) -> str | None:
    """Always the same for a unit of a tenant, another one in each tenant."""
    return None if unit is None else keyring.pseudonym(f"unit\n{tenant}\n{unit}")


def remember(connection: Connection, keyring: Keyring, tenant: str, unit: str | None) -> None:
    """Put the way back on record."""
    name = pseudonym(keyring, tenant, unit)
    if name is not None and unit is not None:
        row = {"pseudonym": name, "tenant": tenant, "name_sealed": keyring.seal(unit.encode(), _aad(name))}
        add_once(connection, known_unit, row)


def names_of(connection: Connection, keyring: Keyring, tenant: str) -> dict[str, str]:
    """{pseudonym: name} of the tenant's units."""
    rows = connection.execute(select(known_unit).where(known_unit.c.tenant == tenant))
    return {row.pseudonym: keyring.open(row.name_sealed, _aad(row.pseudonym)).decode() for row in rows}


def _aad(name: str) -> str:
    return f"known_unit:{name}:name"
