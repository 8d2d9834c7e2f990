"""Numbers and their nouns."""

from __future__ import annotations

import pytest

from cds_service.terminology.counting import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 days"), (1, "1 day"), (1.0, "1 day"), (0.5, "0.5 days"), (2, "2 days")]
)
def test_one_is_singular_and_everything_else_plural(number: float, said: str) -> None:
    assert counted(number, "day") == said


def test_a_plural_that_is_not_made_with_an_s_is_given() -> None:
    assert (counted(1, "entry", "entries"), counted(3, "entry", "entries")) == ("1 entry", "3 entries")
