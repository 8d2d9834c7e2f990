"""No phrase of frequency is passed over because nothing announced it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.terminology.directions.frequencies import ANY_FREQUENCY, FREQUENCIES


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in FREQUENCIES], ids=lambda one: one.pattern[:40])
@settings(max_examples=100)
@given(data=st.data())
def test_whatever_a_phrase_matches_is_announced(pattern: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    assert ANY_FREQUENCY.search(text), text


@pytest.mark.parametrize("text", ["amlodipine 5 mg tablet", "metformin 500 mg po", "insulin glargine 100 unit/ml pen"])
def test_a_product_without_a_frequency_is_not(text: str) -> None:
    assert not ANY_FREQUENCY.search(text)
