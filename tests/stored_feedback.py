"""What the store keeps of the feedback on one card, for tests that know its uuid and not its handle."""

from __future__ import annotations

from datetime import UTC, datetime

from cds_service.store import Store, StoredFeedback

EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def feedback_for(store: Store, card_uuid: str) -> list[StoredFeedback]:
    """Every event over both channels, by outcome time: the last one is the latest state."""
    events = (event for event, card in store.reports.feedback(*EVER) if card.uuid == card_uuid)
    return sorted(events, key=lambda event: event.at)
