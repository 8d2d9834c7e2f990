"""Forty orders each, written with what should come of them before the services were asked (`tests.bench.orders`)."""

from __future__ import annotations

from tests.bench.orders import companions, completion
from tests.running_service import RunningService


def test_typed_and_half_filled_orders_get_the_structure_that_they_state(service: RunningService) -> None:
    results = list(completion(service))
    faulty = [one for one in results if one.faults]
    assert len(results) == 40
    assert len(faulty) <= 1, faulty  # a patch by its rate is left as text


def test_orders_get_the_companions_that_are_lacking_and_no_others(service: RunningService) -> None:
    results = list(companions(service))
    assert len(results) == 40
    assert [one for one in results if one.faults] == []
