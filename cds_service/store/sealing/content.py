"""What one answered call says about a person, packed into one sealed value: its context, and each card as sent.

One value is sealed, deflated and written once where the first format sealed some twenty: the cards of one call repeat
each other's words, so together they take a sixth of the room. The first format is still read.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cds_service.store.records import Invocation
from cds_service.store.sealing.keyring import Keyring, to_json

_FAST = 2  # deflate level: 1 finds less and costs more on a few KB of JSON, 3 and more cost more than bytes are worth
_NOTHING_KNOWN: Mapping[str, Any] = {
    **dict.fromkeys(("patient", "user", "encounter", "fhir_server")),
    "hook_instance": "",
    "not_assessed": (),
}
MAX_PLAIN = 64 * 1024 * 1024  # bytes; beyond it, it is not a value of ours


@dataclass(frozen=True, slots=True)
class CardContent:
    """A card's JSON as sent, and what the app shows behind it."""

    body: Mapping[str, Any]
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """`context`: patient, user, encounter, fhir_server, hook_instance, not_assessed. Cards by position."""

    context: Mapping[str, Any]
    cards: tuple[CardContent, ...]


def seal(keyring: Keyring, call: Invocation) -> bytes:
    context = {
        "patient": call.patient,
        "user": call.user,
        "encounter": call.encounter,
        "fhir_server": call.fhir_server,
        "hook_instance": call.hook_instance,
        "not_assessed": call.not_assessed,
    }
    plain = to_json({"context": context, "cards": [(card.body, card.evidence) for card in call.cards]})
    return keyring.seal(zlib.compress(plain, _FAST), aad(call.id))


def unseal(keyring: Keyring, invocation_id: str, sealed: bytes) -> Content:
    """SealBroken: altered, moved to another row, or of a key that is not in the ring."""
    plain = zlib.decompressobj().decompress(keyring.open(sealed, aad(invocation_id)), MAX_PLAIN)
    parsed = orjson.loads(plain)
    return Content(parsed["context"], tuple(CardContent(body, evidence) for body, evidence in parsed["cards"]))


def aad(invocation_id: str) -> str:
    return f"invocation:{invocation_id}:content"


def is_erased(row: Mapping[str, Any]) -> bool:
    """Whether retention has erased what this invocation said; what it leaves is known by its emptiness."""
    return not row["content_sealed"] and not row["context_sealed"]


def context_of(keyring: Keyring, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The context of an invocation, given its columns; nothing is known of an erased one."""
    if is_erased(row):
        return _NOTHING_KNOWN
    if row["content_sealed"]:
        return unseal(keyring, row["id"], row["content_sealed"]).context
    context: Mapping[str, Any] = keyring.open_json(row["context_sealed"], f"invocation:{row['id']}:context")
    return context


def card_of(keyring: Keyring, call: Mapping[str, Any], card: Mapping[str, Any]) -> CardContent:
    """One card, given the columns of its invocation and its own; an erased one is empty."""
    if is_erased(call):
        return CardContent({}, {})
    if call["content_sealed"]:
        return unseal(keyring, call["id"], call["content_sealed"]).cards[card["position"]]
    opened = (keyring.open_json(card[f"{part}_sealed"], f"card:{card['uuid']}:{part}") for part in ("body", "evidence"))
    return CardContent(*opened)
