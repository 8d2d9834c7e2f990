"""Cards and their latest outcomes, counted by the database from clear columns; of what is sealed only units' names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, cast, func, select

from cds_service.store.calls import units
from cds_service.store.engine.database import UNLIMITED, Database
from cds_service.store.schema.calls import card, feedback, invocation
from cds_service.store.sealing.keyring import Keyring

ORDER_HOOKS = ("order-sign",)  # an order is counted when it is signed, not each time it is looked at


@dataclass(frozen=True, slots=True)
class Tally:
    """Cards of one day and kind; `last` is their latest outcome over the EHR's channel, "" for none."""

    day: date
    service: str
    topic: str
    unit: str
    user_kind: str
    last: str
    cards: int
    at_signing: bool


class Tallies:
    """`start` is included, `end` is not."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._dialect = database.dialect

    def cards(self, tenant: str, start: datetime, end: datetime) -> list[Tally]:
        """What was sent in the period and what became of it."""
        day = _day(self._dialect)
        ehr = (feedback.c.card == card.c.uuid) & (feedback.c.channel == "cds-hooks") & _is_last()
        parts = (day, invocation.c.service, card.c.topic, invocation.c.unit, invocation.c.user_kind, invocation.c.hook)
        query = (
            select(*parts, feedback.c.outcome, func.count())
            .select_from(card.join(invocation, invocation.c.id == card.c.invocation).outerjoin(feedback, ehr))
            .where(invocation.c.tenant == tenant, invocation.c.at >= start, invocation.c.at < end)
            .where(card.c.rule.is_not(None))
            .group_by(*parts, feedback.c.outcome)
        )
        with self._database.reading(UNLIMITED) as connection:
            names = units.names_of(connection, self._keyring, tenant)
            rows = connection.execute(query).all()
        return [
            Tally(
                _as_date(day),
                service,
                topic,
                names.get(unit or "", ""),
                kind or "",
                last or "",
                count,
                hook in ORDER_HOOKS,
            )
            for day, service, topic, unit, kind, hook, last, count in rows
        ]

    def orders(self, tenant: str, start: datetime, end: datetime) -> dict[date, int]:
        """Signed orders by day; calls that did not count them are left out."""
        day = _day(self._dialect)
        query = (
            select(day, func.sum(invocation.c.orders))
            .where(invocation.c.tenant == tenant, invocation.c.at >= start, invocation.c.at < end)
            .where(invocation.c.hook.in_(ORDER_HOOKS), invocation.c.service == "medication-safety")
            .where(invocation.c.orders.is_not(None))
            .group_by(day)
        )
        with self._database.reading(UNLIMITED) as connection:
            return {_as_date(when): int(count) for when, count in connection.execute(query)}

    def reasons(self, tenant: str, start: datetime, end: datetime) -> list[tuple[str, int]]:
        """Reason codes of overrides, those first that were given most; "" for none in clear."""
        query = (
            select(feedback.c.reason_code, func.count())
            .where(feedback.c.tenant == tenant, feedback.c.received_at >= start, feedback.c.received_at < end)
            .where(feedback.c.outcome == "overridden")
            .group_by(feedback.c.reason_code)
        )
        with self._database.reading(UNLIMITED) as connection:
            found: Iterable[tuple[str | None, int]] = [(code, count) for code, count in connection.execute(query)]
        return sorted(((code or "", count) for code, count in found), key=lambda pair: -pair[1])

    def changes(self, tenant: str, start: datetime, end: datetime) -> list[tuple[date, str]]:
        """When each version of the knowledge first answered in the period."""
        query = (
            select(func.min(invocation.c.at), invocation.c.knowledge)
            .where(invocation.c.tenant == tenant, invocation.c.at >= start, invocation.c.at < end)
            .group_by(invocation.c.knowledge)
        )
        with self._database.reading(UNLIMITED) as connection:
            found = [(_as_date(str(first)), version) for first, version in connection.execute(query)]
        return sorted(found)


def _is_last() -> ColumnElement[bool]:
    """Whether no newer event of the EHR is about the same card."""
    newer = feedback.alias()
    later = (newer.c.at > feedback.c.at) | (
        (newer.c.at == feedback.c.at) & (newer.c.natural_key > feedback.c.natural_key)
    )
    of_card = (newer.c.card == feedback.c.card, newer.c.channel == "cds-hooks")
    return ~select(newer.c.natural_key).where(*of_card, later).exists()


def _day(dialect: str) -> ColumnElement[object]:
    return func.date(invocation.c.at) if dialect == "sqlite" else cast(invocation.c.at, Date)


def _as_date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
