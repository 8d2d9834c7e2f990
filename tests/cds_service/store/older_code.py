"""What code of earlier revisions did with the database, statement by statement: kept to prove that it still can.

`OlderCode` is of main0002 and must work beside the present code; `OldestCode` is of main0001, on its own schema only.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, text

from cds_service.store import Keyring
from tests.databases import Beside

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
_CALL = text(
    "INSERT INTO invocation (id, tenant, issuer, service, hook, hook_instance, body_digest, patient, at, duration_ms, "
    "knowledge, models, context_sealed) VALUES (:id, 'north', 'https://ehr.example/north', 'medication-safety', "
    "'order-sign', 'i', 'd', 'p', :at, 1.5, '2026.11', '', :context) ON CONFLICT (id) DO NOTHING"
)
_CARD = text(
    "INSERT INTO card (uuid, invocation, position, concern, check_id, topic, indicator, handle_digest, body_sealed, "
    "evidence_sealed) VALUES (:uuid, :call, 0, 'c', 'drug-interaction', 'drug-interaction', 'warning', :handle, :body, "
    ":evidence)"
)
_SUGGESTION = text(
    "INSERT INTO suggestion (uuid, card, position, recommended, label_sealed) VALUES (:uuid, :card, 0, true, :label)"
)
_LAST = text("SELECT seq, this FROM audit ORDER BY seq DESC LIMIT 1")
_AUDIT = text(
    "INSERT INTO audit (seq, id, at, action, outcome, tenant, subject, patient, patient_sealed, detail, prev, this) "
    "VALUES (:seq, :id, :at, 'invoke', 'answered', 'north', :subject, 'p', :sealed, '{}', :prev, :this)"
)


@dataclass(frozen=True)
class OldestCode:
    past: Beside
    keyring: Keyring

    def record(self, name: str) -> bool:
        """One call with one card and one suggestion, in one transaction."""
        uuid = f"{name}-card"
        context = {"patient": "patient-1", "user": None, "encounter": None, "fhir_server": None}
        context |= {"hook_instance": "i", "not_assessed": []}
        at = AT if not self.past.on_sqlite else AT.strftime("%Y-%m-%d %H:%M:%S.%f")
        digest = sha256(self.keyring.handle(uuid).encode()).hexdigest()
        with self.past.line() as line:
            line.execute(_CALL, {"id": name, "at": at, "context": self._sealed(context, f"invocation:{name}:context")})
            sealed = {part: self._sealed({"summary": name}, f"card:{uuid}:{part}") for part in ("body", "evidence")}
            line.execute(_CARD, {"uuid": uuid, "call": name, "handle": digest, **sealed})
            line.execute(
                _SUGGESTION,
                {"uuid": f"{name}-stop", "card": uuid, "label": self._sealed("stop", f"suggestion:{name}-stop:label")},
            )
            self._audit(line, name, at)
        return True

    def _audit(self, line: Connection, name: str, at: Any) -> None:
        last = line.execute(_LAST).first()
        seq, prev = (last.seq + 1, last.this) if last else (1, "0" * 64)
        sealed = self.keyring.seal(b"patient-1", f"audit:{name}-audit:patient")
        clear = [seq, f"{name}-audit", "invoke", "answered", "north", None, name, "p", "{}", prev]
        link = self.keyring.mac("audit", orjson.dumps([*clear, AT.isoformat(), sealed.hex()])).hex()
        row = {"seq": seq, "id": f"{name}-audit", "at": at, "subject": name, "sealed": sealed}
        line.execute(_AUDIT, {**row, "prev": prev, "this": link})

    def _sealed(self, value: Any, aad: str) -> bytes:
        return self.keyring.seal(orjson.dumps(value), aad)


_CALL_2 = text(
    "INSERT INTO invocation (id, tenant, issuer, service, hook, hook_instance, body_digest, patient, at, duration_ms, "
    "knowledge, models, context_sealed, content_sealed) VALUES (:id, 'north', 'https://ehr.example/north', "
    "'medication-safety', 'order-sign', 'i', 'd', 'p', :at, 1.5, '2026.11', '', :none, :content) ON CONFLICT DO NOTHING"
)
_CARD_2 = text(
    "INSERT INTO card (uuid, invocation, position, concern, check_id, topic, indicator, handle_digest, body_sealed, "
    "evidence_sealed, at, offered) VALUES (:uuid, :call, 0, 'c', 'drug-interaction', 'drug-interaction', 'warning', "
    ":handle, :none, :none, :at, :offered)"
)
_FEEDBACK_2 = text(
    "INSERT INTO feedback (natural_key, channel, tenant, issuer, service, card, outcome, suggestions, client_added, "
    "at, received_at, words_sealed) VALUES (:key, 'cds-hooks', 'north', 'https://ehr.example/north', "
    "'medication-safety', :card, 'accepted', '[]', false, :at, :at, :words) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class OlderCode(OldestCode):
    """One sealed value for each call, its audit row without a sealed patient, no conflict target."""

    def record(self, name: str) -> bool:
        uuid, at = f"{name}-card", self._time()
        context = {"patient": "patient-1", "user": None, "encounter": None, "fhir_server": None}
        context |= {"hook_instance": "i", "not_assessed": []}
        content = zlib.compress(orjson.dumps({"context": context, "cards": [({"summary": name}, {})]}), 1)
        digest = sha256(self.keyring.handle(uuid).encode()).hexdigest()
        with self.past.line() as line:
            sealed = self.keyring.seal(content, f"invocation:{name}:content")
            if line.execute(_CALL_2, {"id": name, "at": at, "none": b"", "content": sealed}).rowcount != 1:
                return False
            card = {"uuid": uuid, "call": name, "handle": digest, "none": b"", "at": at}
            line.execute(_CARD_2, {**card, "offered": f'["{name}-stop"]'})
            self._audit(line, name, at)
        return True

    def feedback(self, key: str, card: str) -> bool:
        words = dict.fromkeys(("system", "code", "display", "comment", "user"))
        row = {"key": key, "card": card, "at": self._time(), "words": self._sealed(words, f"feedback:{key}:words")}
        with self.past.line() as line:
            return line.execute(_FEEDBACK_2, row).rowcount == 1

    def _time(self) -> Any:
        return AT if not self.past.on_sqlite else AT.strftime("%Y-%m-%d %H:%M:%S.%f")
