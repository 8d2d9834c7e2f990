"""Every acceptance case speaks, every twin is silent, through the hook as an EHR calls it."""

from __future__ import annotations

import pytest

from tests.acceptance.cases import Vignette, vignettes
from tests.running_service import RunningService

ALL = list(vignettes())


@pytest.mark.parametrize("vignette", ALL, ids=lambda one: one.id)
def test_the_case_is_answered_as_it_was_written_down_beforehand(service: RunningService, vignette: Vignette) -> None:
    assert vignette.faults(service.ask(vignette.body).cards) == []


def test_there_are_at_least_120_cases_and_as_many_silent_twins() -> None:
    assert len([one for one in ALL if one.silent]) == len([one for one in ALL if not one.silent]) >= 120
