"""The audit trail: rows that are only ever added, each bound to the one before by a keyed digest.

The chain is keyed, so somebody who can write the table but has no key cannot make it fit again. Cutting rows off its
end leaves a chain that fits: keep `AuditVerdict.head` elsewhere to see that too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, insert, select, text

from cds_service.store.journal import JournalEntry
from cds_service.store.keyring import Keyring, to_json
from cds_service.store.records import AuditEvent
from cds_service.store.tables import audit

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
        "reason",
        "repeated",
        "resource_type",
        "role",
        "rule",
        "scope",
        "service",
        "status",
        "stored",
        "topic",
        "unknown",
        "version",
        "where",
    }
)
MAX_VALUE = 256  # characters
GENESIS = "0" * 64
_LAST_LINK = select(audit.c.seq, audit.c.this).order_by(audit.c.seq.desc()).limit(1)
_ADD_LINK = insert(audit)
_CHAIN_LOCK = 0x436F756E  # PostgreSQL advisory lock: one writer at a time reads the last link and adds the next


@dataclass(frozen=True, slots=True)
class StampedEvent:
    """An event with its id and time. Both travel through the journal, so that a late row is still the same row."""

    id: str
    at: datetime
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What `verify_audit` found. `broken_at` is the first row number that does not fit; None when the chain holds.

    `head` is the last link: kept elsewhere, it lets a later check see that the end was cut off.
    """

    rows: int
    broken_at: int | None
    head: str

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def stamp(event: AuditEvent, at: datetime) -> StampedEvent:
    """ValueError: a detail key is not on the list, or its value is not a scalar. Long strings are cut, not refused:
    an attacker chooses the length of a jti, and the refusal itself must be on record.
    """
    for key, value in event.detail.items():
        if key not in DETAIL_KEYS:
            raise ValueError(f"audit detail {key!r} is not an allowed key")
        if not isinstance(value, str | int | float | bool | None):
            raise ValueError(f"audit detail {key!r} is not a scalar")
    detail = {key: value[:MAX_VALUE] if isinstance(value, str) else value for key, value in event.detail.items()}
    return StampedEvent(str(uuid4()), at, replace(event, detail=detail))


def patient_pseudonym(keyring: Keyring, tenant: str | None, patient: str | None) -> str | None:
    """The clear stand-in for a patient id, different in each tenant."""
    return None if patient is None else keyring.pseudonym(f"patient\n{tenant}\n{patient}")


def append(connection: Connection, keyring: Keyring, stamped: StampedEvent) -> None:
    """Add one link, within the transaction of what it records."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = connection.execute(_LAST_LINK).first()
    row = _row(keyring, stamped, seq=last.seq + 1 if last else 1, prev=last.this if last else GENESIS)
    connection.execute(_ADD_LINK, {**row, "this": _link(keyring, row)})


def is_there(connection: Connection, stamped: StampedEvent) -> bool:
    return connection.execute(select(audit.c.seq).where(audit.c.id == stamped.id)).first() is not None


def verify(connection: Connection, keyring: Keyring) -> AuditVerdict:
    """Recompute every link in order; stops at the first that does not fit."""
    rows, prev = 0, GENESIS
    with connection.execution_options(yield_per=500).execute(select(audit).order_by(audit.c.seq)) as trail:
        for row in trail.mappings():
            fits = row["seq"] == rows + 1 and row["prev"] == prev and row["this"] == _link(keyring, row)
            if not fits:
                return AuditVerdict(rows=rows, broken_at=row["seq"], head=prev)
            rows, prev = rows + 1, row["this"]
    return AuditVerdict(rows=rows, broken_at=None, head=prev)


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


def _row(keyring: Keyring, stamped: StampedEvent, seq: int, prev: str) -> dict[str, Any]:
    event = stamped.event
    sealed = event.patient and keyring.seal(event.patient.encode(), f"audit:{stamped.id}:patient")
    return {
        "seq": seq,
        "id": stamped.id,
        "at": stamped.at,
        "action": event.action,
        "outcome": event.outcome,
        "tenant": event.tenant,
        "issuer": event.issuer,
        "subject": event.subject,
        "patient": patient_pseudonym(keyring, event.tenant, event.patient),
        "patient_sealed": sealed or None,
        "detail": orjson.dumps(dict(event.detail), option=orjson.OPT_SORT_KEYS).decode(),
        "prev": prev,
    }


def _link(keyring: Keyring, row: Any) -> str:
    clear = [
        row[name]
        for name in ("seq", "id", "action", "outcome", "tenant", "issuer", "subject", "patient", "detail", "prev")
    ]
    sealed = row["patient_sealed"]
    message = [*clear, row["at"].astimezone(UTC).isoformat(), bytes(sealed).hex() if sealed else None]
    return keyring.mac("audit", orjson.dumps(message)).hex()
