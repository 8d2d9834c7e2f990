"""Counting what was sent."""

from __future__ import annotations

from datetime import date, timedelta

from cds_service.governance.measures import Sent, by, weeks_of

DAY = date(2026, 11, 25)  # a Wednesday


def sent(topic: str, cards: int, last: str = "", unit: str = "", day: date = DAY) -> Sent:
    return Sent(day, "medication-safety", topic, unit, "Practitioner", last, cards)


def test_what_became_of_the_cards_is_counted_by_group() -> None:
    rows = [sent("qt", 20), sent("qt", 15, "accepted"), sent("qt", 5, "overridden"), sent("age", 30)]
    first, second = by(rows, "topic")
    assert (first.group, first.sent, first.accepted, first.overridden, first.unanswered) == ("qt", 40, 15, 5, 20)
    assert (second.group, second.sent) == ("age", 30)


def test_weeks_without_cards_are_weeks_too() -> None:
    rows = [sent("qt", 5, "overridden", day=DAY), sent("qt", 7, day=DAY + timedelta(weeks=2))]
    weeks = weeks_of(rows, {DAY: 50, DAY + timedelta(days=1): 10})
    found = [(week.start.weekday(), week.sent, week.overridden, week.orders) for week in weeks]
    assert found == [(0, 5, 5, 60), (0, 0, 0, 0), (0, 7, 0, 0)]
    assert weeks_of([], {}) == []
