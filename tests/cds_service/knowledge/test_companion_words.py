"""A companion row says which tests it asks for: what is offered and what is read are the same."""

from __future__ import annotations

import pytest

from cds_service.knowledge.kinds.companions import Companion
from cds_service.knowledge.kinds.monitors import Monitor
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


def test_a_level_is_named_by_its_drug_or_as_a_level(service: RunningService) -> None:
    assert service.rooms is not None
    monitors = service.rooms.knowledge.keyed(Monitor)
    levels = [
        (row, monitors[test].label)
        for row in service.rooms.knowledge.all(Companion)
        for test, _ in row.tests
        if test.endswith("-level")
    ]
    assert len(levels) >= 8
    assert [
        row.id
        for row, label in levels
        if label.split()[0].lower() not in row.summary.lower() + row.management and "level" not in row.summary
    ] == []


@pytest.mark.parametrize("test", sorted(WORDS))
def test_the_words_are_of_tests_that_rows_ask_for(service: RunningService, test: str) -> None:
    assert service.rooms is not None
    assert any(test == one for row in service.rooms.knowledge.all(Companion) for one, _ in row.tests)
