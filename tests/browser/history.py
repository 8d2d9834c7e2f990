"""Half a year of calls and answers in the store of the running apps, made up: for pages that count."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cds_service.settings import Settings
from cds_service.store import CardRecord, FeedbackItem, Invocation, Keyring, Store, open_store

TENANT = "sandbox"
TOPICS = {
    "drug-interaction": (9, 0.55),
    "renal-dosing": (4, 0.3),
    "duplicate-therapy": (3, 0.75),
    "pregnancy": (1, 0.2),
}
SILENT: dict[str, Any] = {"service": "companion-orders", "silent": True, "orders": None}
UNITS = ("Ward 3 East", "Emergency department", "Outpatient clinic")


def write_history(settings: Settings, issuer: str, owner: str, weeks: int = 26, tenant: str = TENANT) -> None:
    """Cards of each week with answers, and cards of a silent service; roles for `owner`. The same each time."""
    chance, now = random.Random(11), datetime.now(UTC)
    with closing(open_store(settings, Keyring.load(settings))) as store:
        for role in ("rule-owner", "quality"):
            store.people.grant(tenant, owner, role)  # type: ignore[arg-type]
        for week in range(weeks):
            at = now - timedelta(weeks=weeks - 1 - week, hours=2)
            for topic, (most, overridden) in TOPICS.items():
                share = overridden * (0.6 if week > 20 else 1.0)  # something was mended
                for number in range(chance.randint(most, 2 * most)):
                    call = _call(tenant, issuer, f"{week}-{topic}-{number}", topic, at, chance)
                    store.record(call)
                    _answer(store, call, chance, share)
            store.record(replace(_call(tenant, issuer, f"{week}-silent", "monitoring", at, chance), **SILENT))


def _answer(store: Store, call: Invocation, chance: random.Random, share: float) -> None:
    drawn = chance.random()
    outcome = "overridden" if drawn < share else "accepted" if drawn < share + 0.2 else ""
    if outcome:
        at = call.at + timedelta(minutes=2)
        item = FeedbackItem(call.cards[0].uuid, outcome, (), None, None, None, None, at)
        store.add_feedback((call.tenant,), call.issuer, call.service, [item])


def _call(tenant: str, issuer: str, key: str, topic: str, at: datetime, chance: random.Random) -> Invocation:
    card = CardRecord(
        f"history-{key}", 0, key, topic, "rule", "1", topic, "warning", "major", {"summary": topic}, {}, f"handle-{key}"
    )
    return Invocation(
        id=f"history-call-{key}",
        tenant=tenant,
        issuer=issuer,
        service="medication-safety",
        hook="order-sign",
        hook_instance=key,
        body_digest=key,
        patient="someone",
        user=None,
        encounter=None,
        fhir_server=None,
        at=at,
        duration_ms=9.0,
        knowledge="2026-06" if at.month < 9 else "2026-09",
        models="none",
        cards=(card,),
        orders=chance.randint(3, 7),
        unit=chance.choice(UNITS),
        user_kind="Practitioner",
    )
