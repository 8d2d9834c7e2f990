"""Counting what was sent, and hiding what is small, also as a difference."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.governance.measures import LEAST_CELL, Sent, by, weeks_of, within

DAY = date(2026, 11, 25)  # a Wednesday
COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 60), min_size=1)


def sent(topic: str, cards: int, last: str = "", unit: str = "", day: date = DAY) -> Sent:
    return Sent(day, "medication-safety", topic, unit, "Practitioner", last, cards)


def test_what_became_of_the_cards_is_counted_by_group() -> None:
    rows = [sent("qt", 20), sent("qt", 15, "accepted"), sent("qt", 5, "overridden"), sent("age", 30)]
    first, second = by(rows, "topic")
    assert (first.group, first.sent, first.accepted, first.overridden, first.unanswered) == ("qt", 40, 15, 5, 20)
    assert (second.group, second.sent) == ("age", 30)


@pytest.mark.covers("I-146")
def test_a_small_cell_is_hidden_and_the_next_one_with_it() -> None:
    shown = {line.group: line.sent for line in by([sent("a", 3), sent("b", 40), sent("c", 200)], "topic")}
    assert shown == {"a": None, "b": None, "c": 200}


@pytest.mark.covers("I-146")
@given(COUNTS)
def test_no_small_cell_follows_from_the_total_and_what_is_shown(counts: dict[str, int]) -> None:
    lines = by([sent(topic, cards) for topic, cards in counts.items()], "topic")
    assert all(line.sent is None or line.sent >= LEAST_CELL for line in lines)
    assert sum(line.hidden for line in lines) != 1 or len(lines) == 1


@pytest.mark.covers("I-146")
@given(COUNTS, COUNTS)
def test_no_small_cell_follows_from_two_filters(inside: dict[str, int], outside: dict[str, int]) -> None:
    part = [sent(topic, cards, unit="in") for topic, cards in inside.items()]
    whole = [*part, *(sent(topic, cards, unit="out") for topic, cards in outside.items())]
    everywhere = {line.group: line.sent for line in by(whole, "topic")}
    for line in within(whole, part, "topic"):
        other = everywhere.get(line.group)
        if line.sent is not None and other is not None:
            assert other == line.sent or other - line.sent >= LEAST_CELL


def test_weeks_without_cards_are_weeks_too() -> None:
    rows = [sent("qt", 5, "overridden", day=DAY), sent("qt", 7, day=DAY + timedelta(weeks=2))]
    weeks = weeks_of(rows, {DAY: 50, DAY + timedelta(days=1): 10})
    found = [(week.start.weekday(), week.sent, week.overridden, week.orders) for week in weeks]
    assert found == [(0, 5, 5, 60), (0, 0, 0, 0), (0, 7, 0, 0)]
    assert weeks_of([], {}) == []
