"""What waits to be written to a site's own FHIR server, and what became of it.

Nobody puts anything in here on the way of a call: whoever writes looks for cards that have no row yet. So a call costs
nothing for it, calls of older code and of the journal are found too, and a row is made once, by its key.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, select, update

from cds_service.store.engine.database import Database, insert_once, insert_or_replace
from cds_service.store.records import AuditEvent, Scalar
from cds_service.store.reports.served import CardQuery, card_conditions
from cds_service.store.schema.calls import card, invocation
from cds_service.store.schema.outbound import outbox, write_back
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit

LOOKED_BACK = timedelta(days=30)  # in which cards without a row are looked for
KEPT = timedelta(days=90)  # that a row stays after its end, longer than anybody looks for its card
CLAIM = timedelta(minutes=5)  # in which nobody else takes what somebody took; a crash gives it back
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
MOST_TRIES = 20  # some three days


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant that has cards written to its server: which resource types, of calls since when."""

    tenant: str
    fhir_base: str
    kinds: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One resource of one card that is to be written now."""

    card: str
    kind: str
    tenant: str
    tries: int


class Outbox:
    """Each change of a site and each end of a row is on record in its own transaction. StoreUnavailable: an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def enable(self, tenant: str, fhir_base: str, kinds: Iterable[str]) -> None:
        """From now on; again replaces base and types."""
        row = {"tenant": tenant, "fhir_base": fhir_base, "kinds": list(kinds), "since": self._clock()}
        with self._database.writing() as connection:
            insert_or_replace(connection, write_back, row)
            self._audit(connection, "write-back-enable", "done", tenant, None, {"where": fhir_base[:256]})

    def disable(self, tenant: str) -> bool:
        """False: it was not enabled. What waits stays, and goes on when it is enabled again."""
        with self._database.writing() as connection:
            removed = connection.execute(delete(write_back).where(write_back.c.tenant == tenant)).rowcount == 1
            if removed:
                self._audit(connection, "write-back-disable", "done", tenant, None, {})
            return removed

    def sites(self) -> list[Site]:
        with self._database.reading() as connection:
            rows = connection.execute(select(write_back).order_by(write_back.c.tenant)).mappings()
            return [Site(**{**row, "kinds": tuple(row["kinds"])}) for row in rows]

    def gather(self, site: Site, kind: str, wanted: CardQuery, most: int = 500) -> int:
        """Give a row to cards of the site that have none yet; how many. `wanted` are those that are of this kind."""
        now = self._clock()
        known = exists().where(outbox.c.card == card.c.uuid, outbox.c.kind == kind)
        query = (
            select(card.c.uuid)
            .join(invocation, card.c.invocation == invocation.c.id)
            .where(invocation.c.tenant == site.tenant, invocation.c.at >= max(site.since, now - LOOKED_BACK), ~known)
            .where(*card_conditions(self._keyring, site.tenant, wanted))
            .order_by(invocation.c.at)
            .limit(most)
        )
        fresh: dict[str, Any] = {"kind": kind, "tenant": site.tenant, "state": "waiting", "tries": 0, "due_at": now}
        with self._database.writing() as connection:
            found = list(connection.scalars(query))
            return sum(insert_once(connection, outbox, {**fresh, "card": one, "reason": None}) for one in found)

    def take(self, tenant: str, most: int = 20) -> list[Waiting]:
        """What is due, for one taker alone; whoever took it says what became of it, or it is due again in a while."""
        now = self._clock()
        due = and_(outbox.c.tenant == tenant, outbox.c.state == "waiting", outbox.c.due_at <= now)
        with self._database.writing() as connection:
            query = select(outbox).where(due).order_by(outbox.c.due_at).limit(most).with_for_update(skip_locked=True)
            rows = connection.execute(query).all()
            for row in rows:
                connection.execute(update(outbox).where(_is(row)).values(due_at=now + CLAIM))
            return [Waiting(row.card, row.kind, row.tenant, row.tries) for row in rows]

    def written(self, one: Waiting, status: int, patient: str | None) -> None:
        """It stands on the server, by this try or by one whose answer was lost."""
        self._put(one, "written", "written", timedelta(0), None, status, patient)

    def failed(self, one: Waiting, reason: str, status: int | None, patient: str | None, final: bool) -> bool:
        """Try later, ever more seldom; `final`, or too many tries: never again. True when it is given up."""
        given_up = final or one.tries + 1 >= MOST_TRIES
        if given_up:
            self._put(one, "given-up", "given-up", timedelta(0), reason, status, patient)
        else:
            pause = min(FIRST_PAUSE * 2**one.tries, LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311  jitter
            self._put(one, "waiting", "failed", pause, reason, status, patient)
        return given_up

    def counts(self) -> dict[tuple[str, str], int]:
        """Rows by tenant and state: waiting, written, given-up."""
        query = select(outbox.c.tenant, outbox.c.state, func.count()).group_by(outbox.c.tenant, outbox.c.state)
        with self._database.reading() as connection:
            return {(tenant, state): int(count) for tenant, state, count in connection.execute(query)}

    def _put(
        self,
        one: Waiting,
        state: str,
        outcome: str,
        pause: timedelta,
        reason: str | None,
        status: int | None,
        patient: str | None,
    ) -> None:
        """What came of a try, with its place in the trail."""
        with self._database.writing() as connection:
            tried = {"state": state, "tries": one.tries + 1, "due_at": self._clock() + pause, "reason": reason}
            connection.execute(update(outbox).where(_is(one)).values(**tried))
            self._audit(connection, "write-back", outcome, one.tenant, one.card, _about(one, status, reason), patient)

    def _audit(
        self,
        connection: Connection,
        action: str,
        outcome: str,
        tenant: str,
        subject: str | None,
        detail: dict[str, Scalar],
        patient: str | None = None,
    ) -> None:
        event = AuditEvent(action, outcome, tenant, None, subject, detail, patient)
        self._record(connection, event)


def forget(connection: Connection, now: datetime, most: int) -> int:
    """Drop at most so many rows that ended long ago; how many."""
    over = and_(outbox.c.state != "waiting", outbox.c.due_at < now - KEPT)
    rows = connection.execute(select(outbox.c.card, outbox.c.kind).where(over).limit(most)).all()
    for row in rows:
        connection.execute(delete(outbox).where(_is(row)))
    return len(rows)


def _is(row: Any) -> Any:
    return and_(outbox.c.card == row.card, outbox.c.kind == row.kind)


def _about(one: Waiting, status: int | None, reason: str | None) -> dict[str, Scalar]:
    known: dict[str, Scalar] = {"resource_type": one.kind, "status": status, "reason": reason}
    return {name: value for name, value in known.items() if value is not None}
