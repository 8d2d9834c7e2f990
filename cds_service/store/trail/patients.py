"""The clear stand-in for a patient id, and the way back from it: one sealed row for each patient and tenant."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from cds_service.store.engine.statements import add_once
from cds_service.store.schema.calls import known_patient
from cds_service.store.sealing.keyring import Keyring


def pseudonym(keyring: Keyring, tenant: str | None, patient: str | None) -> str | None:
    """Always the same for a patient of a tenant, another one in each tenant."""
    return None if patient is None else keyring.pseudonym(f"patient\n{tenant}\n{patient}")


def remember(connection: Connection, keyring: Keyring, tenant: str | None, patient: str | None) -> str | None:
    """The pseudonym, with its way back on record."""
    name = pseudonym(keyring, tenant, patient)
    if name is None or patient is None:
        return None
    row = {"pseudonym": name, "tenant": tenant or "", "id_sealed": keyring.seal(patient.encode(), aad(name))}
    add_once(connection, known_patient, row)
    return name


def ids_of(connection: Connection, keyring: Keyring, pseudonyms: Iterable[str]) -> dict[str, str]:
    """The FHIR ids behind pseudonyms; those that are not on record are left out."""
    wanted = select(known_patient).where(known_patient.c.pseudonym.in_(list(pseudonyms)))
    return {
        row.pseudonym: keyring.open(row.id_sealed, aad(row.pseudonym)).decode() for row in connection.execute(wanted)
    }


def aad(name: str) -> str:
    return f"known_patient:{name}:id"
