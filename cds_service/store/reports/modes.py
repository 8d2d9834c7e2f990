"""How a tenant uses the services: live, silent (answered without cards, and kept), or off; and what silence kept.

A service that has no mode of its own has that of `*`, and is live when there is none either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select

from cds_service.store.engine.database import UNLIMITED, Database, insert_or_replace
from cds_service.store.records import AuditEvent
from cds_service.store.reports.tallies import ORDER_HOOKS
from cds_service.store.schema.calls import invocation, silent_card
from cds_service.store.schema.clients import service_mode
from cds_service.store.sealing import content
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit

Mode = Literal["live", "silent", "off"]
MODES: tuple[Mode, ...] = ("live", "silent", "off")
ALL = "*"


@dataclass(frozen=True, slots=True)
class ServiceMode:
    """`service` is an id, or `*` for all that are not named."""

    tenant: str
    service: str
    mode: Mode
    since: datetime


@dataclass(frozen=True, slots=True)
class SilentCount:
    """Cards that were not shown; `at_signing` of them when an order was signed."""

    service: str
    topic: str
    rule: str
    indicator: str
    cards: int
    at_signing: int


@dataclass(frozen=True, slots=True)
class SilentSigning:
    """Orders that were signed while the service was silent, and the cards that they would have had.

    `unknown` counts calls at signing of which it is not known whether they were silent: they stand in neither figure.
    """

    service: str
    orders: int
    cards: int
    unknown: int


class Modes:
    """Each change is on record in its own transaction. StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def set(self, tenant: str, changes: Mapping[str, Mode]) -> None:
        """Modes by service id, or `*`. One transaction: a client never sees half of it."""
        now = self._clock()
        with self._database.writing() as connection:
            for service, mode in changes.items():
                row = {"tenant": tenant, "service": service, "mode": mode, "since": now}
                insert_or_replace(connection, service_mode, row)
                event = AuditEvent("register-service-mode", mode, tenant, detail={"service": service})
                self._record(connection, event)

    def clear(self, tenant: str) -> None:
        """Every service is live again."""
        with self._database.writing() as connection:
            connection.execute(delete(service_mode).where(service_mode.c.tenant == tenant))
            event = AuditEvent("register-service-mode", "live", tenant, detail={"service": ALL})
            self._record(connection, event)

    def all(self) -> list[ServiceMode]:
        with self._database.reading() as connection:
            rows = connection.execute(select(service_mode).order_by(service_mode.c.tenant, service_mode.c.service))
            return [ServiceMode(**row) for row in rows.mappings()]

    def counts(self, tenant: str, start: datetime, end: datetime) -> list[SilentCount]:
        """What was not shown in the period, most first."""
        parts = (invocation.c.service, silent_card.c.topic, silent_card.c.rule, silent_card.c.indicator)
        signing = func.count().filter(invocation.c.hook.in_(ORDER_HOOKS))
        query = (
            select(*parts, func.count(), signing)
            .join(invocation, invocation.c.id == silent_card.c.invocation)
            .where(invocation.c.tenant == tenant, silent_card.c.at >= start, silent_card.c.at < end)
            .group_by(*parts)
        )
        with self._database.reading(UNLIMITED) as connection:
            found = [
                SilentCount(service, topic, rule or "", *rest)
                for service, topic, rule, *rest in connection.execute(query)
            ]
        return sorted(found, key=lambda one: (-one.cards, one.service, one.topic, one.rule))

    def signings(self, tenant: str, start: datetime, end: datetime) -> list[SilentSigning]:
        """By service, those that were silent at a signing in the period; calls that did not count orders left out."""
        silent, count = invocation.c.silent, func.count()
        signed = (
            invocation.c.tenant == tenant,
            invocation.c.at >= start,
            invocation.c.at < end,
            invocation.c.hook.in_(ORDER_HOOKS),
            invocation.c.orders.is_not(None),
        )
        service, orders = invocation.c.service, func.sum(invocation.c.orders)
        calls = select(service, orders.filter(silent), count.filter(silent.is_(None)))
        kept = select(service, count).join(silent_card, silent_card.c.invocation == invocation.c.id)
        with self._database.reading(UNLIMITED) as connection:
            cards = dict(connection.execute(kept.where(silent, *signed).group_by(service)).all())
            found = connection.execute(calls.where(*signed).group_by(service).order_by(service)).all()
        return [
            SilentSigning(name, number, cards.get(name, 0), unknown)
            for name, number, unknown in found
            if number is not None
        ]

    def cards(self, tenant: str, start: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
        """Each card that was not shown, oldest first, with its JSON; what retention has erased is left out."""
        query = (
            select(*(invocation.c[name] for name in _CALL), silent_card)
            .join(invocation, invocation.c.id == silent_card.c.invocation)
            .where(invocation.c.tenant == tenant, silent_card.c.at >= start, silent_card.c.at < end)
            .order_by(silent_card.c.at, silent_card.c.invocation, silent_card.c.position)
        )
        with self._database.reading(UNLIMITED) as connection:
            for row in connection.execution_options(yield_per=200).execute(query).mappings():
                if not content.is_erased(row):
                    yield self._as_shown(row)

    def _as_shown(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        found = content.unseal(self._keyring, row["id"], row["content_sealed"])
        return {
            "at": row["at"].isoformat(),
            "service": row["service"],
            "hook": row["hook"],
            "patient": found.context["patient"],
            "rule": row["rule"],
            "topic": row["topic"],
            "card": found.cards[row["position"]].body,
        }


_CALL = ("id", "service", "hook", "content_sealed", "context_sealed")
