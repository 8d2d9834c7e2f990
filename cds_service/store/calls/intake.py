"""Takes journalled records into the database, a batch in one transaction, each of them once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from cds_service.store.calls import invocations
from cds_service.store.engine.database import Database
from cds_service.store.journal.journal import EntryRefused, JournalEntry
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit


class Intake:
    """The taker that `Journal.drain` asks for."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def __call__(self, entries: Sequence[JournalEntry]) -> int:
        """How many of `entries` were new; committed. EntryRefused: the database will never take one of them."""
        try:
            with self._database.writing() as connection:
                return sum(self._take(connection, entry) for entry in entries)
        except (IntegrityError, DataError) as error:
            raise EntryRefused from error

    def _take(self, connection: Connection, entry: JournalEntry) -> bool:
        if entry.kind == "invocation":
            return invocations.take_in(connection, self._keyring, entry)
        return audit.take_in(connection, self._keyring, entry)
