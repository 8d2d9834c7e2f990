"""Cards read back: one by its handle for the app, many by their uuids for the feedback that comes about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from cds_service.store.calls.invocations import digest_of
from cds_service.store.records import StoredCard
from cds_service.store.schema.calls import card, invocation, suggestion
from cds_service.store.sealing import content
from cds_service.store.sealing.keyring import Keyring

_CALL = tuple(column.label(f"call_{column.name}") for column in invocation.c)
_CARD = tuple(column.label(f"card_{column.name}") for column in card.c)
CALL_AND_CARD = (*_CALL, *_CARD)  # what `stored_card` reads


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card that was issued to the caller who asks: what it offered. Its words are opened only when asked for."""

    call: Mapping[str, Any]
    columns: Mapping[str, Any]
    suggestions: frozenset[str]

    def body(self, keyring: Keyring) -> Mapping[str, Any]:
        return content.card_of(keyring, self.call, self.columns).body


def find_card(connection: Connection, keyring: Keyring, handle: str) -> StoredCard | None:
    """The card of this handle with the call it answered, without its feedback. None: unknown, or erased."""
    joined = select(*CALL_AND_CARD).join(card, card.c.invocation == invocation.c.id)
    row = connection.execute(joined.where(card.c.handle_digest == digest_of(handle))).first()
    return None if row is None or content.is_erased(_parts(row)[0]) else stored_card(keyring, row)


def issued_cards(
    connection: Connection, tenants: Collection[str], issuer: str, service: str, uuids: Iterable[str]
) -> dict[str, IssuedCard]:
    """The cards among `uuids` that were issued to this very caller, with what they offered."""
    mine = (
        select(*CALL_AND_CARD)
        .join(card, card.c.invocation == invocation.c.id)
        .where(
            card.c.uuid.in_(list(uuids)),
            invocation.c.tenant.in_(list(tenants)),
            invocation.c.issuer == issuer,
            invocation.c.service == service,
        )
    )
    found = {row.card_uuid: row for row in connection.execute(mine)}
    return {uuid: IssuedCard(*_parts(row), _offered(connection, row)) for uuid, row in found.items()}


def stored_card(keyring: Keyring, row: Row[Any]) -> StoredCard:
    """The record of a row that holds `CALL_AND_CARD`."""
    call, columns = _parts(row)
    context = content.context_of(keyring, call)
    said = content.card_of(keyring, call, columns)
    clear = ("tenant", "issuer", "service", "hook", "at", "knowledge", "models")
    words = ("concern", "rule", "version", "topic", "indicator", "harm")
    return StoredCard(
        uuid=columns["uuid"],
        invocation=call["id"],
        hook_instance=context["hook_instance"],
        patient=context["patient"],
        user=context["user"],
        encounter=context["encounter"],
        fhir_server=context["fhir_server"],
        not_assessed=tuple(context["not_assessed"]),
        check=columns["check_id"],
        body=said.body,
        evidence=said.evidence,
        erased=content.is_erased(call),
        **{name: call[name] for name in clear},
        **{name: columns[name] for name in words},
    )


def _offered(connection: Connection, row: Row[Any]) -> frozenset[str]:
    if row.card_offered is not None:
        return frozenset(orjson.loads(row.card_offered))
    return frozenset(connection.scalars(select(suggestion.c.uuid).where(suggestion.c.card == row.card_uuid)))


def _parts(row: Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    values = row._mapping
    call = {column.name: values[f"call_{column.name}"] for column in invocation.c}
    return call, {column.name: values[f"card_{column.name}"] for column in card.c}
