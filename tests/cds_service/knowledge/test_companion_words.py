"""A companion row says which tests it asks for: what is offered and what is read are the same."""

from __future__ import annotations

import pytest

from cds_service.knowledge.kinds.companions import Companion
from tests.running_service import RunningService

# How sentences name a test, where it is not by its own key.
WORDS = {
    "creatinine": ("creatinine", "renal", "kidney"),
    "tsh": ("tsh", "thyroid"),
    "lithium-level": ("level",),
    "cbc": ("blood count", "neutrophil"),
    "liver-panel": ("liver",),
    "alt": ("alt", "liver"),
    "lipids": ("lipid",),
    "platelets": ("platelet", "blood count"),
    **{name: (name,) for name in ("potassium", "sodium", "calcium", "magnesium", "glucose", "inr")},
}


def test_every_test_of_a_row_is_named_in_its_sentence(service: RunningService) -> None:
    assert service.rooms is not None
    rows = service.rooms.knowledge.all(Companion)
    assert len(rows) >= 80
    unnamed = [
        f"{row.id}: {test}"
        for row in rows
        for test, _ in row.tests
        if test in WORDS and not any(word in f"{row.summary} {row.management}".lower() for word in WORDS[test])
    ]
    assert unnamed == []


@pytest.mark.parametrize("test", sorted(WORDS))
def test_the_words_are_of_tests_that_rows_ask_for(service: RunningService, test: str) -> None:
    assert service.rooms is not None
    assert any(test == one for row in service.rooms.knowledge.all(Companion) for one, _ in row.tests)
