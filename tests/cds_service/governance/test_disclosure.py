"""Small counts are hidden, and so is what gives them away: a total, a filter, a period, another table."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.governance.disclosure import Asked, Disclosure, is_small, listed
from cds_service.governance.measures import LEAST_CELL, Line, Sent, monday

TODAY = date(2026, 11, 25)
FIRSTS = [monday(TODAY) - timedelta(weeks=weeks - 1) for weeks in (13, 26, 52)]
SHORT, MIDDLE, LONG = FIRSTS
DIMENSIONS = ("topic", "service", "unit")
DAYS = [first + timedelta(days=2) for first in FIRSTS]
ROW = st.tuples(
    st.sampled_from(DAYS), st.sampled_from("AB"), st.sampled_from("tuv"), st.sampled_from(["w1", "w2", ""]),
    st.sampled_from(["accepted", "overridden", ""]), st.integers(1, 40),
)  # fmt: skip
ROWS = st.lists(ROW.map(lambda row: Sent(row[0], row[1], row[2], row[3], "Practitioner", row[4], row[5])), max_size=25)


def sent(topic: str, cards: int, last: str = "", unit: str = "w1", day: date = TODAY, service: str = "A") -> Sent:
    return Sent(day, service, topic, unit, "Practitioner", last, cards)


def topics(rows: list[Sent], first: date = LONG, **only: str) -> dict[str, Line]:
    return {line.group: line for line in Disclosure(rows, FIRSTS).table(Asked(first, only), "topic")}


@pytest.mark.covers("I-146")
def test_a_small_group_is_hidden_and_the_next_one_with_it() -> None:
    shown = topics([sent("a", 3), sent("b", 40), sent("c", 200)])
    assert {name: line.sent for name, line in shown.items()} == {"a": None, "b": None, "c": 200}


@pytest.mark.covers("I-146")
def test_a_small_outcome_is_hidden_and_the_next_one_with_it() -> None:
    line = topics([sent("a", 3, "accepted"), sent("a", 12, "overridden"), sent("a", 60)])["a"]
    assert (line.sent, line.accepted, line.overridden, line.unanswered) == (75, None, None, 60)
    line = topics([sent("a", 12, "overridden"), sent("a", 60)])["a"]
    assert (line.accepted, line.overridden, line.unanswered) == (0, 12, 60)


@pytest.mark.covers("I-146")
def test_a_period_cannot_be_taken_from_a_longer_one() -> None:
    rows = [sent("a", 30), sent("b", 30), sent("a", 4, day=MIDDLE), sent("c", 50), sent("c", 50, day=MIDDLE)]
    short, middle = topics(rows, SHORT), topics(rows, MIDDLE)
    assert middle["a"].sent == 34 and short["a"].sent is None
    assert middle["c"].sent == 100 and short["c"].sent == 50
    assert short["b"].sent is None  # else the total less b and c would be a


@pytest.mark.covers("I-146")
def test_a_filter_names_no_group_that_a_table_hides() -> None:
    rows = [sent("a", 20, unit="w1"), sent("a", 15, unit="w2"), sent("a", 5, unit="w3")]
    may = Disclosure(rows, FIRSTS)
    assert {line.group: line.sent for line in may.table(Asked(LONG, {}), "unit")} == {"w1": 20, "w2": None, "w3": None}
    assert topics(rows, unit="w1")["a"].sent == 20
    assert topics(rows, unit="w2")["a"].sent is None and may.is_closed(Asked(LONG, {"unit": "w2"}))
    assert may.weeks(Asked(LONG, {"unit": "w1"})) == {monday(TODAY)} and may.weeks(Asked(LONG, {"unit": "w2"})) == set()


@pytest.mark.covers("I-146")
@settings(max_examples=40)
@given(ROWS)
def test_no_two_pages_differ_by_a_small_count(rows: list[Sent]) -> None:
    """Every page with up to one filter and each period, against every other that holds it."""
    may, shown = Disclosure(rows, FIRSTS), {}
    filters = [{}, *({name: value} for name in DIMENSIONS for value in {getattr(row, name) for row in rows} if value)]
    for first, only, dimension in product(FIRSTS, filters, DIMENSIONS):
        if dimension not in only:
            lines = may.table(Asked(first, only), dimension)
            whole = Counter(row.last for row in rows for _ in range(row.cards) if Asked(first, only).keeps(row))
            for at, last in enumerate(("accepted", "overridden", "")):
                cells = [(line.accepted, line.overridden, line.unanswered)[at] for line in lines]
                hidden = whole[last] - sum(filter(None, cells))
                assert not is_small(hidden) or may.is_closed(Asked(first, only)) or not any(cells)
            for line in lines:
                counts = (line.sent, line.accepted, line.overridden, line.unanswered)
                assert not any(count is not None and is_small(count) for count in counts)
                assert counts[1:].count(None) != 1 or line.sent is None
                shown[first, frozenset({*only.items(), (dimension, line.group)})] = counts
    for (first, cell), narrow in shown.items():
        for (other, wider), wide in shown.items():
            if other <= first and wider <= cell:
                gaps = [a - b for a, b in zip(wide, narrow, strict=True) if a is not None and b is not None]
                assert not any(is_small(gap) for gap in gaps)


def test_reasons_are_hidden_alike() -> None:
    assert listed({"x": 40, "y": 30, "z": 2}, []) == {"x": 40, "y": None, "z": None}
    assert listed({"x": 40, "y": 30, "z": 25}, [{"x": 43, "y": 60, "z": 25}]) == {"x": None, "y": 30, "z": None}
    assert LEAST_CELL == 11
