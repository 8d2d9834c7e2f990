"""The chain of the audit trail: each row is bound to the one before by a keyed digest.

It is keyed, so somebody who can write the table but has no key cannot make it fit again. A row cut off its end shows
against the head that a trigger keeps; against somebody who changes both, keep `AuditVerdict.head` elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

import orjson
from sqlalchemy import Connection, select

from cds_service.store.schema.calls import audit, audit_end
from cds_service.store.sealing.keyring import Keyring

GENESIS = "0" * 64


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


def link(keyring: Keyring, row: Any) -> str:
    """The digest that binds a row to the one before it, which `prev` names."""
    clear = [
        row[name]
        for name in ("seq", "id", "action", "outcome", "tenant", "issuer", "subject", "patient", "detail", "prev")
    ]
    sealed = row["patient_sealed"]
    message = [*clear, row["at"].astimezone(UTC).isoformat(), bytes(sealed).hex() if sealed else None]
    return keyring.mac("audit", orjson.dumps(message)).hex()


def verify(connection: Connection, keyring: Keyring) -> AuditVerdict:
    """Recompute every link in order, from where retention ended to the head; stops at the first that does not fit."""
    ends = {row.name: row for row in connection.execute(select(audit_end))}
    number, prev = _start(keyring, ends.get("start"))
    rows = 0
    with connection.execution_options(yield_per=500).execute(select(audit).order_by(audit.c.seq)) as trail:
        for row in trail.mappings():
            fits = row["seq"] == number + rows and row["prev"] == prev and row["this"] == link(keyring, row)
            if not fits:
                return AuditVerdict(rows=rows, broken_at=row["seq"], head=prev)
            rows, prev = rows + 1, row["this"]
    whole = (ends["head"].seq, ends["head"].link) == (number + rows - 1, prev)
    return AuditVerdict(rows=rows, broken_at=None if whole else number + rows, head=prev)


def start_proof(keyring: Keyring, seq: int, last: str) -> str:
    """What shows that retention, and nobody without the key, took away the rows up to `seq`."""
    return keyring.mac("audit-start", f"{seq}\n{last}".encode()).hex()


def _start(keyring: Keyring, kept: Any) -> tuple[int, str]:
    """The number of the first row that must be there, and the link before it."""
    if kept is None or kept.proof != start_proof(keyring, kept.seq, kept.link):
        return 1, GENESIS
    return kept.seq + 1, kept.link
