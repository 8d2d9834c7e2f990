"""Every set is answered as it was written down beforehand, through the hook as an EHR calls it."""

from __future__ import annotations

import pytest

from tests.acceptance.sets import ALL, faults_of
from tests.running_service import RunningService


@pytest.mark.parametrize("name", ALL)
def test_the_set_is_answered_as_it_was_written(service: RunningService, name: str) -> None:
    assert faults_of(service, name) == []
