"""Erases clinical text whose time is over, and takes away audit rows from the beginning of their chain.

What an erased call leaves are its clear columns, so that measures go on counting: ids, our own words, keyed pseudonyms
and times. A legal hold keeps everything about its tenant, patient or card. Each batch is one transaction with its audit
row. A clock that jumped would make everything due at once, so the newest audit row is asked what time it is, and a run
has a most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, literal_column, or_, select, update

from cds_service.errors import CountersignError
from cds_service.store.clients import sessions
from cds_service.store.engine.database import UNLIMITED, Database, insert_or_replace
from cds_service.store.feedback import overrides, replies
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import audit, audit_end, card, feedback, invocation, known_patient, suggestion
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit as trail
from cds_service.store.trail.chain import start_proof
from cds_service.store.trail.holds import holds_call, holds_row
from cds_service.store.upkeep.months import drop_empty_months
from cds_service.store.waiting import notes, outbox

ERASED = b""
QUIET = timedelta(days=7)  # a service that recorded nothing for longer makes us doubt the clock
BATCH = 500
MOST = 100_000


class ClockInDoubt(CountersignError):
    """The newest audit row is far from what the clock says: nothing was erased."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How long is kept what a call said, what people wrote as feedback and in answer to it, the audit trail, and bodies
    of notes.
    """

    calls: timedelta
    comments: timedelta
    audit: timedelta
    notes: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Counts:
    """`comments` are texts of feedback and of answers to it. `held`: calls whose time is over and that a legal hold
    keeps. `patients`: ways back from a pseudonym.
    """

    calls: int
    comments: int
    patients: int
    audit_rows: int
    held: int


class Retention:
    """Needs the owner's rights on PostgreSQL; the service's own role has not got them."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = trail.recorder(keyring, clock)

    def due(self, periods: Periods) -> Counts:
        """What a run without a most would erase; changes nothing."""
        now = self._clock()
        with self._database.reading(UNLIMITED) as connection:
            old = _old_calls(now - periods.calls)
            first, cut = _cut(connection, now - periods.audit)
            return Counts(
                calls=_count(connection, old.where(~holds_call())),
                comments=_count(connection, _old_comments(now - periods.comments))
                + _count(connection, replies.due(now - periods.comments)),
                patients=_count(connection, select(known_patient.c.pseudonym).where(_nobody_needs())),
                audit_rows=max(0, cut - first),
                held=_count(connection, old.where(holds_call())),
            )

    def run(self, periods: Periods, most: int = MOST, clock_is_right: bool = False) -> Counts:
        """Erase what is due, at most `most` of each kind. ClockInDoubt: nothing was."""
        now = self._clock()
        if not clock_is_right:
            self._ask_the_newest_row(now)
        held = self.due(periods).held
        calls = self._batches("retain-calls", lambda line, n: _erase_calls(line, now - periods.calls, n), most)
        said_until = now - periods.comments
        comments = self._batches("retain-feedback", lambda line, n: _erase_comments(line, said_until, n), most)
        comments += self._batches("retain-replies", lambda line, n: replies.erase(line, said_until, n), most)
        rows = self._batches("retain-audit", lambda line, n: self._cut_trail(line, now - periods.audit, n), most)
        self._batches("retain-overrides", lambda line, n: overrides.forget(line, said_until, n), most)
        self._batches("retain-notes", lambda line, n: notes.forget(line, now - periods.notes, n), most)
        self._batches("retain-outbox", lambda line, n: outbox.forget(line, now, n), most)
        self._batches("retain-sessions", lambda line, n: sessions.forget(line, now, n), most)
        patients = self._batches("retain-patients", _forget_patients, most)
        with self._database.writing(longest_ms=UNLIMITED) as connection:
            drop_empty_months(connection, "audit", now - periods.audit)
        return Counts(calls, comments, patients, rows, held)

    def _ask_the_newest_row(self, now: datetime) -> None:
        with self._database.reading(UNLIMITED) as connection:
            newest = connection.scalar(select(audit.c.at).order_by(audit.c.seq.desc()).limit(1))
        if newest is not None and abs(now - newest) > QUIET:
            raise ClockInDoubt(
                f"the clock says {now.date()} and the newest audit row {newest.date()}: nothing was erased; "
                "set the clock, or say that it is right"
            )

    def _batches(self, action: str, erase: Callable[[Connection, int], int], most: int) -> int:
        total = 0
        while total < most:
            with self._database.writing(longest_ms=UNLIMITED) as connection:
                count = erase(connection, min(BATCH, most - total))
                if count == 0:
                    break
                event = AuditEvent(action, "erased", detail={"count": count})
                self._record(connection, event)
            total += count
        return total

    def _cut_trail(self, connection: Connection, before: datetime, most: int) -> int:
        """Take the first rows away and leave proof that it was us; the chain holds from there on."""
        first, cut = _cut(connection, before)
        last = min(cut, first + most) - 1
        if last < first:
            return 0
        link = str(connection.scalar(select(audit.c.this).where(audit.c.seq == last)))
        proof = start_proof(self._keyring, last, link)
        insert_or_replace(connection, audit_end, {"name": "start", "seq": last, "link": link, "proof": proof})
        return connection.execute(delete(audit).where(audit.c.seq <= last)).rowcount


def _count(connection: Connection, rows: Select[Any]) -> int:
    return int(connection.scalar(select(func.count()).select_from(rows.subquery())) or 0)


def _old_calls(before: datetime) -> Select[Any]:
    said = or_(func.length(invocation.c.content_sealed) > 0, func.length(invocation.c.context_sealed) > 0)
    return select(invocation.c.id).where(invocation.c.at < before, said)


def _old_comments(before: datetime) -> Select[Any]:
    asked = select(feedback.c.natural_key).join(card, card.c.uuid == feedback.c.card)
    asked = asked.join(invocation, invocation.c.id == card.c.invocation)
    return asked.where(feedback.c.received_at < before, func.length(feedback.c.words_sealed) > 0, ~holds_call())


def _erase_calls(connection: Connection, before: datetime, most: int) -> int:
    ids = list(connection.scalars(_old_calls(before).where(~holds_call()).limit(most)))
    cards = select(card.c.uuid).where(card.c.invocation.in_(ids))
    connection.execute(update(suggestion).where(suggestion.c.card.in_(cards)).values(label_sealed=ERASED))
    said = card.c.invocation.in_(ids), func.length(card.c.body_sealed) > 0
    connection.execute(update(card).where(*said).values(body_sealed=ERASED, evidence_sealed=ERASED))
    erase = update(invocation).where(invocation.c.id.in_(ids))
    return connection.execute(erase.values(context_sealed=ERASED, content_sealed=ERASED)).rowcount


def _erase_comments(connection: Connection, before: datetime, most: int) -> int:
    keys = list(connection.scalars(_old_comments(before).limit(most)))
    return connection.execute(
        update(feedback).where(feedback.c.natural_key.in_(keys)).values(words_sealed=ERASED)
    ).rowcount


def _forget_patients(connection: Connection, most: int) -> int:
    trail.wait_for_turn(connection)  # a call that comes in now must not find its patient, and then lose it
    names = list(connection.scalars(select(known_patient.c.pseudonym).where(_nobody_needs()).limit(most)))
    return connection.execute(delete(known_patient).where(known_patient.c.pseudonym.in_(names))).rowcount


def _nobody_needs() -> ColumnElement[bool]:
    """Neither the trail nor a call whose words stand names the pseudonym any more."""
    in_trail = select(audit.c.patient).where(audit.c.patient.is_not(None))
    kept = or_(func.length(invocation.c.content_sealed) > 0, func.length(invocation.c.context_sealed) > 0)
    in_calls = select(invocation.c.patient).where(invocation.c.patient.is_not(None), kept)
    name = known_patient.c.pseudonym
    return and_(name.not_in(in_trail), name.not_in(in_calls))


def _cut(connection: Connection, before: datetime) -> tuple[int, int]:
    """The first row that is there, and the first that must stay. A chain is cut from its beginning only."""
    first = connection.scalar(select(func.min(audit.c.seq)))
    if first is None:
        return 0, 0
    stays = connection.scalar(select(func.min(audit.c.seq)).where(or_(audit.c.at >= before, holds_row())))
    if stays is None:
        stays = connection.scalar(select(func.max(audit.c.seq) + literal_column("1")))
    return int(first), int(stays or first)
