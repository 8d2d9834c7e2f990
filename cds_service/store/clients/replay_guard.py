"""Each client token is good for one call. A database of its own, so that it does not share the main one's fate."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

import orjson
from sqlalchemy import delete

from cds_service.settings import Settings
from cds_service.store.engine.database import Database, open_database
from cds_service.store.engine.statements import add_once
from cds_service.store.schema.clients import token_use

# A use is remembered longer than any leeway that the clock check of the token allows.
KEPT_AFTER_EXPIRY = 300.0
# Old uses are dropped so often, and only when the clock has gone steadily since the last time: a clock that jumped
# ahead must not free tokens that are good again once it is set right. Longer than a token lives.
CLEAN_EVERY = 900.0
_STEADY_WITHIN = 60.0
PATIENCE_MS = 500  # a hook has two seconds in all; a call that cannot be checked in this time is refused


def open_replay_guard(settings: Settings, steady: Callable[[], float] = time.monotonic) -> ReplayGuard:
    """The guard of this process; open it after fork. Opens no connection yet. `steady`: seconds that never jump."""
    return ReplayGuard(open_database(settings.replay_database_url), steady)


class ReplayGuard:
    """Thread-safe, and of one mind over all processes that share its database."""

    def __init__(self, database: Database, steady: Callable[[], float]) -> None:
        self._database = database
        self._steady = steady
        self._looked: tuple[float, float] | None = None  # clock and steady seconds of the last look at old uses

    def first_use(self, issuer: str, jti: str, expires_at: float, now: float) -> bool:
        """True exactly once for a token; False is a replay. Times are epoch seconds.

        Call it last, when signature and claims stand: what is recorded is spent. StoreUnavailable: refuse the call.
        """
        digest = sha256(orjson.dumps([issuer, jti])).hexdigest()
        with self._database.writing(PATIENCE_MS) as connection:
            if self._is_time_to_clean(now):
                connection.execute(delete(token_use).where(token_use.c.expires_at < now - KEPT_AFTER_EXPIRY))
            return add_once(connection, token_use, {"digest": digest, "expires_at": expires_at})

    def _is_time_to_clean(self, now: float) -> bool:
        steady = self._steady()
        if self._looked is None:
            self._looked = now, steady
            return False
        by_clock, truly = now - self._looked[0], steady - self._looked[1]
        if truly <= CLEAN_EVERY:
            return False
        self._looked = now, steady
        return abs(by_clock - truly) < _STEADY_WITHIN

    def reachable(self) -> bool:
        """Whether the database answers a read now; for /readyz."""
        return self._database.answers()

    def close(self) -> None:
        self._database.close()
