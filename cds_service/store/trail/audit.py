"""The audit trail: rows that are only ever added, each a link of the keyed chain of `audit_chain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, select

from cds_service.store.engine.statements import add, first
from cds_service.store.journal.journal import JournalEntry
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import audit
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import patients
from cds_service.store.trail.chain import link

# What may stand in `detail`: an allow-list, so that a new field is a decision. Values: ids, counts and words of ours.
DETAIL_KEYS = frozenset(
    {
        "alg",
        "cards",
        "channel",
        "client_id",
        "count",
        "duration_ms",
        "fhir_user_match",
        "hook",
        "jti",
        "kid",
        "knowledge",
        "models",
        "not_assessed",
        "page",
        "query",
        "reason",
        "repeated",
        "resource_type",
        "role",
        "rule",
        "scope",
        "service",
        "silent",
        "status",
        "stored",
        "superseded",
        "topic",
        "unknown",
        "version",
        "where",
    }
)
MAX_VALUE = 256  # characters
# The function waits for its turn first, so that one writer at a time reads the last link and adds the next; SQLite's
# write lock does the same.
_LAST_LINK = {
    "sqlite": "SELECT seq, link FROM audit_end WHERE name = 'head'",
    "postgresql": "SELECT seq, link FROM countersign_audit_head()",
}


@dataclass(frozen=True, slots=True)
class StampedEvent:
    """An event with its id and time. Both travel through the journal, so that a late row is still the same row."""

    id: str
    at: datetime
    event: AuditEvent


def stamp(event: AuditEvent, at: datetime) -> StampedEvent:
    """ValueError: a detail key is not on the list, or its value is not a scalar. Long strings are cut, not refused:
    an attacker chooses the length of a jti, and the refusal itself must be on record.
    """
    if at.tzinfo is None:
        raise ValueError("a stored time must be aware")
    for key, value in event.detail.items():
        if key not in DETAIL_KEYS:
            raise ValueError(f"audit detail {key!r} is not an allowed key")
        if not isinstance(value, str | int | float | bool | None):
            raise ValueError(f"audit detail {key!r} is not a scalar")
    detail = {key: value[:MAX_VALUE] if isinstance(value, str) else value for key, value in event.detail.items()}
    return StampedEvent(str(uuid4()), at, replace(event, detail=detail))


def append(connection: Connection, keyring: Keyring, stamped: StampedEvent) -> None:
    """Add one link, within the transaction of what it records."""
    event = stamped.event
    seq, last = wait_for_turn(connection)
    # Only then: retention, which forgets patients that nothing names, waits for the same turn.
    patient = patients.remember(connection, keyring, event.tenant, event.patient)
    row = _row(stamped, patient, seq=seq + 1, prev=last)
    add(connection, audit, {**row, "this": link(keyring, row)})


def recorder(keyring: Keyring, clock: Callable[[], datetime]) -> Callable[[Connection, AuditEvent], None]:
    """Puts an event on record within a transaction, at the time of the clock."""
    return lambda connection, event: append(connection, keyring, stamp(event, clock()))


def wait_for_turn(connection: Connection) -> tuple[int, str]:
    """Number and link of the last row, which stays the last one until this transaction ends."""
    seq, last = first(connection, _LAST_LINK[connection.dialect.name])
    return int(seq), str(last)


def is_there(connection: Connection, stamped: StampedEvent) -> bool:
    """Whether this very event is on record, by way of the journal or of a commit that got no answer."""
    return connection.execute(select(audit.c.seq).where(audit.c.id == stamped.id)).first() is not None


def as_entry(stamped: StampedEvent) -> JournalEntry:
    return JournalEntry(stamped.id, "audit", to_json(stamped))


def take_in(connection: Connection, keyring: Keyring, entry: JournalEntry) -> bool:
    """Append a journalled row; False when it is there already."""
    stamped = stamped_from(orjson.loads(entry.payload))
    if is_there(connection, stamped):
        return False
    append(connection, keyring, stamped)
    return True


def stamped_from(parsed: dict[str, Any]) -> StampedEvent:
    return StampedEvent(parsed["id"], datetime.fromisoformat(parsed["at"]), AuditEvent(**parsed["event"]))


def _row(stamped: StampedEvent, patient: str | None, seq: int, prev: str) -> dict[str, Any]:
    event = stamped.event
    return {
        "seq": seq,
        "id": stamped.id,
        "at": stamped.at,
        "action": event.action,
        "outcome": event.outcome,
        "tenant": event.tenant,
        "issuer": event.issuer,
        "subject": event.subject,
        "patient": patient,
        "patient_sealed": None,
        "detail": orjson.dumps(dict(event.detail), option=orjson.OPT_SORT_KEYS).decode(),
        "prev": prev,
    }
