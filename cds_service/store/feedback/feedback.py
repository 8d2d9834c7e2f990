"""What the clinician chose: events that are only ever added, each known by its natural key so that a repeat is seen.

Two channels share one table: `cds-hooks` (the EHR's feedback call, here) and `smart-app` (see `opinions.py`). A reason
code stands in clear only when the card offered it; whatever else a client sends is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, select

from cds_service.errors import InvalidRequest
from cds_service.store.calls.cards import IssuedCard, issued_cards
from cds_service.store.engine.database import insert_once
from cds_service.store.feedback import overrides
from cds_service.store.records import AuditEvent, FeedbackItem, FeedbackResult, Scalar, StoredCard, StoredFeedback
from cds_service.store.schema.calls import feedback
from cds_service.store.sealing import content
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit

_ERASED = dict.fromkeys(("system", "code", "display", "comment", "user"))
OUTCOMES = ("accepted", "overridden")


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated client and the service whose feedback endpoint it called.

    `tenants`: usually one; several when the issuer signs for all of them and named none.
    """

    tenants: tuple[str, ...]
    issuer: str
    service: str

    def issued_to(self, tenant: str) -> IssuedTo:
        return IssuedTo(tenant, self.issuer, self.service)


@dataclass(frozen=True, slots=True)
class IssuedTo:
    """Whose card it is."""

    tenant: str
    issuer: str
    service: str


def append_batch(
    connection: Connection, keyring: Keyring, caller: Caller, items: Sequence[FeedbackItem], now: datetime
) -> FeedbackResult:
    """Add a batch and its audit row. InvalidRequest leaves it to the transaction to take everything back."""
    issued = issued_cards(connection, caller.tenants, caller.issuer, caller.service, {item.card for item in items})
    stored = repeated = unknown = 0
    for index, item in enumerate(items):
        if item.outcome not in OUTCOMES:
            raise InvalidRequest("the outcome is neither accepted nor overridden", f"feedback[{index}].outcome")
        if item.card not in issued:
            unknown += 1
            continue
        if not issued[item.card].suggestions.issuperset(item.suggestions):
            raise InvalidRequest("a suggestion is not on that card", f"feedback[{index}].acceptedSuggestions")
        card = issued[item.card]
        row = _item_row(keyring, caller.issued_to(card.call["tenant"]), item, _is_offered(keyring, item, card))
        is_new = insert_once(connection, feedback, {**row, "received_at": now})
        if is_new:
            _keep_override(connection, keyring, card, item)
        stored, repeated = stored + is_new, repeated + (not is_new)
    result = FeedbackResult(stored, repeated, unknown)
    audit.append(connection, keyring, audited(caller, "cds-hooks", result, now))
    return result


def _keep_override(connection: Connection, keyring: Keyring, card: IssuedCard, item: FeedbackItem) -> None:
    """For the clinician of the call that the card answered: the standard's feedback names nobody."""
    context = content.context_of(keyring, card.call)
    who = (context["patient"], context["encounter"], context["user"])
    occasion = overrides.Occasion.of(card.call["tenant"], *who)
    if occasion is not None:
        items = _open_items(card.body(keyring)) if card.columns["topic"] == "checklist" else []
        for concern in (card.columns["concern"], *items):
            overrides.keep(connection, keyring, occasion, concern, item.outcome, item.at)


def _open_items(body: Mapping[str, Any]) -> list[str]:
    """The items of a checklist that the card asked about: who dismisses the card puts each of them aside."""
    listed = body.get("extension", {}).get("org.countersign.checklist", ())
    return [one["concern"] for one in listed if "concern" in one]


def with_feedback(connection: Connection, keyring: Keyring, found: StoredCard) -> StoredCard:
    """The card with its events over both channels, by outcome time: the last one is the latest state."""
    query = select(feedback).where(feedback.c.card == found.uuid).order_by(feedback.c.at, feedback.c.received_at)
    events = connection.execute(query).mappings()
    return replace(found, feedback=tuple(stored_feedback(keyring, row) for row in events))


def _is_offered(keyring: Keyring, item: FeedbackItem, issued: IssuedCard) -> bool:
    """Whether the item's reason is one of the card's override reasons; no reason at all adds nothing to them."""
    if item.reason_code is None:
        return True
    reasons = issued.body(keyring).get("overrideReasons", ())
    return (item.reason_system, item.reason_code) in {(reason.get("system"), reason.get("code")) for reason in reasons}


def _item_row(keyring: Keyring, caller: IssuedTo, item: FeedbackItem, offered: bool) -> dict[str, Any]:
    suggestions = sorted(set(item.suggestions))
    words = {
        "system": item.reason_system,
        "code": item.reason_code,
        "display": item.reason_display,
        "comment": item.comment,
        "user": None,
    }
    head = {"channel": "cds-hooks", "card": item.card, "outcome": item.outcome, "at": item.at}
    clear = {
        "suggestions": suggestions,
        "reason_code": item.reason_code if offered else None,
        "client_added": not offered,
    }
    return as_row(keyring, caller, {**head, **clear}, suggestions, words)


def as_row(
    keyring: Keyring, caller: IssuedTo, clear: dict[str, Any], distinguished_by: list[str], words: dict[str, Any]
) -> dict[str, Any]:
    when = clear["at"].astimezone(UTC).isoformat()
    parts = [clear["channel"], caller.issuer, caller.tenant, caller.service, clear["card"], clear["outcome"]]
    key = sha256(orjson.dumps([*parts, distinguished_by, when])).hexdigest()
    sealed = keyring.seal(to_json(words), f"feedback:{key}:words")
    issued_to = {"tenant": caller.tenant, "issuer": caller.issuer, "service": caller.service}
    return {"natural_key": key, **issued_to, **clear, "words_sealed": sealed}


def audited(
    caller: Caller | IssuedTo, channel: str, result: FeedbackResult, now: datetime, subject: str | None = None
) -> audit.StampedEvent:
    counts = {"stored": result.stored, "repeated": result.repeated, "unknown": result.unknown}
    detail: dict[str, Scalar] = {"service": caller.service, "channel": channel, **counts}
    tenants = (caller.tenant,) if isinstance(caller, IssuedTo) else caller.tenants
    tenant = tenants[0] if len(tenants) == 1 else None
    return audit.stamp(AuditEvent("feedback", "taken", tenant, caller.issuer, subject, detail), now)


def stored_feedback(keyring: Keyring, row: Any) -> StoredFeedback:
    """The record of a row of the table, by column names."""
    erased = not row["words_sealed"]
    words = _ERASED if erased else keyring.open_json(row["words_sealed"], f"feedback:{row['natural_key']}:words")
    return StoredFeedback(
        card=row["card"],
        channel=row["channel"],
        outcome=row["outcome"],
        suggestions=tuple(row["suggestions"]),
        reason_system=words["system"],
        reason_code=words["code"],
        reason_display=words["display"],
        client_added=row["client_added"],
        comment=words["comment"],
        user=words["user"],
        at=row["at"],
        received_at=row["received_at"],
        erased=erased,
        key=row["natural_key"],
        passage=words.get("passage"),
    )
