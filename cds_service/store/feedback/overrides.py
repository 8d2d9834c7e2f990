"""Who overrode which concern in which encounter: so that the same warning is not raised twice over one decision.

A row is a keyed digest and a time. It answers "did this clinician override this concern for this patient in this
encounter?" and nothing else; a call that names no user or no encounter is never remembered and never found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, and_, delete, select

from cds_service.errors import StoreUnavailable
from cds_service.store.engine.database import Database, insert_or_replace
from cds_service.store.schema.calls import kept_override
from cds_service.store.sealing.keyring import Keyring

PATIENCE_MS = 150  # a hook call waits no longer for what is only an addition


@dataclass(frozen=True, slots=True)
class Occasion:
    """One clinician with one patient in one encounter, as the context of a call names them."""

    tenant: str
    patient: str
    encounter: str
    user: str

    @classmethod
    def of(cls, tenant: str, patient: str | None, encounter: str | None, user: str | None) -> Occasion | None:
        """None when one of them is not known: then nothing can be remembered."""
        return cls(tenant, patient, encounter, user) if patient and encounter and user else None


class Overrides:
    """What a hook call asks. A memory that did not answer is left alone for a while: not every call may pay for it."""

    REST = 5.0  # seconds

    def __init__(self, database: Database, keyring: Keyring, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._keyring = keyring
        self._monotonic = monotonic
        self._resting_until = float("-inf")

    def among(self, occasion: Occasion, concerns: Collection[str]) -> frozenset[str]:
        """Those of `concerns` that this clinician overrode in this encounter; none when it is not known in time."""
        if self._monotonic() < self._resting_until:
            return frozenset()
        try:
            with self._database.reading(PATIENCE_MS, PATIENCE_MS) as connection:
                return overridden(connection, self._keyring, occasion, concerns)
        except StoreUnavailable:
            self._resting_until = self._monotonic() + self.REST
            return frozenset()


def keep(
    connection: Connection, keyring: Keyring, occasion: Occasion, concern: str, outcome: str, at: datetime
) -> None:
    """Take one event of feedback in. The latest by its own time decides: who accepts later has changed their mind."""
    key = _key(keyring, occasion, concern)
    known = connection.scalar(select(kept_override.c.at).where(kept_override.c.id == key))
    if outcome == "overridden" and (known is None or known < at):
        insert_or_replace(connection, kept_override, {"id": key, "at": at})
    elif outcome != "overridden":
        connection.execute(delete(kept_override).where(and_(kept_override.c.id == key, kept_override.c.at <= at)))


def overridden(
    connection: Connection, keyring: Keyring, occasion: Occasion, concerns: Collection[str]
) -> frozenset[str]:
    """Those of `concerns` that were overridden on this occasion."""
    keys: Mapping[str, str] = {_key(keyring, occasion, concern): concern for concern in concerns}
    found = connection.scalars(select(kept_override.c.id).where(kept_override.c.id.in_(list(keys))))
    return frozenset(keys[key] for key in found)


def forget(connection: Connection, before: datetime, most: int) -> int:
    ids = list(connection.scalars(select(kept_override.c.id).where(kept_override.c.at < before).limit(most)))
    return connection.execute(delete(kept_override).where(kept_override.c.id.in_(ids))).rowcount


def _key(keyring: Keyring, occasion: Occasion, concern: str) -> str:
    parts = [occasion.tenant, occasion.patient, occasion.encounter, occasion.user, concern]
    return keyring.mac("override", orjson.dumps(parts)).hex()
