"""Each client token is good for one call. A database of its own, so that it does not share the main one's fate."""

from __future__ import annotations

from hashlib import sha256

import orjson
from sqlalchemy import delete

from cds_service.settings import Settings
from cds_service.store.client_tables import token_use
from cds_service.store.database import Database, insert_once, open_database

# A use is remembered longer than any leeway that the clock check of the token allows.
KEPT_AFTER_EXPIRY = 300.0
_CLEAN_EVERY = 60.0
PATIENCE_MS = 500  # a hook has two seconds in all; a call that cannot be checked in this time is refused


def open_replay_guard(settings: Settings) -> ReplayGuard:
    """The guard of this process; open it after fork. Opens no connection yet."""
    return ReplayGuard(open_database(settings.replay_database_url))


class ReplayGuard:
    """Thread-safe, and of one mind over all processes that share its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cleaned_at = 0.0

    def first_use(self, issuer: str, jti: str, expires_at: float, now: float) -> bool:
        """True exactly once for a token; False is a replay. Times are epoch seconds.

        Call it last, when signature and claims stand: what is recorded is spent. StoreUnavailable: refuse the call.
        """
        digest = sha256(orjson.dumps([issuer, jti])).hexdigest()
        with self._database.writing(PATIENCE_MS) as connection:
            if now - self._cleaned_at > _CLEAN_EVERY:
                connection.execute(delete(token_use).where(token_use.c.expires_at < now - KEPT_AFTER_EXPIRY))
                self._cleaned_at = now
            return insert_once(connection, token_use, {"digest": digest, "expires_at": expires_at})

    def reachable(self) -> bool:
        """Whether the database answers a read now; for /readyz."""
        return self._database.answers()

    def close(self) -> None:
        self._database.close()
