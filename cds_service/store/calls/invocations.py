"""Answered calls: written in one transaction with their cards and audit row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from cds_service.store.calls import units
from cds_service.store.engine.statements import add_all, add_once
from cds_service.store.journal.journal import JournalEntry
from cds_service.store.records import AuditEvent, CardRecord, Invocation, Recorded, Scalar, SuggestionRecord
from cds_service.store.schema.calls import card, invocation, silent_card
from cds_service.store.sealing import content
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit, patients

_FIRST_FORMAT_ONLY = b""


def audited(call: Invocation) -> audit.StampedEvent:
    """The audit row of an answered call."""
    detail: dict[str, Scalar] = {
        "service": call.service,
        "hook": call.hook,
        "cards": 0 if call.silent else len(call.cards),
        "not_assessed": len(call.not_assessed),
        "duration_ms": round(call.duration_ms, 1),
    }
    if call.silent:
        detail["silent"] = len(call.cards)
    event = AuditEvent("invoke", "answered", call.tenant, call.issuer, call.id, detail, call.patient)
    return audit.stamp(event, call.at)


def write(connection: Connection, keyring: Keyring, call: Invocation, stamped: audit.StampedEvent) -> Recorded:
    """All rows of one call, or only its audit row when the call is stored already."""
    if not add_once(connection, invocation, _invocation_row(keyring, call)):
        repeated = replace(stamped, event=replace(stamped.event, outcome="repeated"))
        audit.append(connection, keyring, repeated)
        return "repeated"
    units.remember(connection, keyring, call.tenant, call.unit)
    if call.silent:
        add_all(connection, silent_card, [_clear_columns(call, found) for found in call.cards])
    else:
        add_all(connection, card, [_card_row(call, sent) for sent in call.cards])
    audit.append(connection, keyring, stamped)
    return "stored"


def as_entry(call: Invocation, stamped: audit.StampedEvent) -> JournalEntry:
    return JournalEntry(stamped.id, "invocation", to_json({"invocation": call, "audit": stamped}))


def take_in(connection: Connection, keyring: Keyring, entry: JournalEntry) -> bool:
    """Write a journalled call; False when an interrupted drain, or a commit that got no answer, did it already."""
    parsed = orjson.loads(entry.payload)
    stamped = audit.stamped_from(parsed["audit"])
    if audit.is_there(connection, stamped):
        return False
    write(connection, keyring, _invocation_from(parsed["invocation"]), stamped)
    return True


def digest_of(handle: str) -> str:
    """What is kept of a handle: the handle itself opens a page."""
    return sha256(handle.encode()).hexdigest()


def _invocation_row(keyring: Keyring, call: Invocation) -> dict[str, Any]:
    return {
        "id": call.id,
        "tenant": call.tenant,
        "issuer": call.issuer,
        "service": call.service,
        "hook": call.hook,
        # A client may put anything into hookInstance; what only has to be equal is kept as a pseudonym.
        "hook_instance": keyring.pseudonym(f"hookInstance\n{call.tenant}\n{call.hook_instance}"),
        "body_digest": call.body_digest,
        "patient": patients.pseudonym(keyring, call.tenant, call.patient),
        "at": call.at,
        "duration_ms": call.duration_ms,
        "knowledge": call.knowledge,
        "models": call.models,
        "context_sealed": _FIRST_FORMAT_ONLY,
        "orders": call.orders,
        "unit": units.pseudonym(keyring, call.tenant, call.unit),
        "user_kind": call.user_kind,
        "content_sealed": content.seal(keyring, call),
        "silent": call.silent,
    }


def _clear_columns(call: Invocation, found: CardRecord) -> dict[str, Any]:
    return {
        "invocation": call.id,
        "position": found.position,
        "concern": found.concern,
        "check_id": found.check,
        "rule": found.rule,
        "version": found.version,
        "topic": found.topic,
        "indicator": found.indicator,
        "harm": found.harm,
        "at": call.at,
    }


def _card_row(call: Invocation, sent: CardRecord) -> dict[str, Any]:
    return {
        **_clear_columns(call, sent),
        "uuid": sent.uuid,
        "handle_digest": digest_of(sent.handle),
        "body_sealed": _FIRST_FORMAT_ONLY,
        "evidence_sealed": _FIRST_FORMAT_ONLY,
        "offered": to_json([offered.uuid for offered in sent.suggestions]).decode(),
    }


def _invocation_from(parsed: dict[str, Any]) -> Invocation:
    cards = tuple(_card_from(sent) for sent in parsed["cards"])
    at = datetime.fromisoformat(parsed["at"])
    return Invocation(**{**parsed, "at": at, "not_assessed": tuple(parsed["not_assessed"]), "cards": cards})


def _card_from(parsed: dict[str, Any]) -> CardRecord:
    suggestions = tuple(SuggestionRecord(**offered) for offered in parsed["suggestions"])
    return CardRecord(**{**parsed, "suggestions": suggestions})
