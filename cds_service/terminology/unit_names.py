"""Two names of one quantity's unit, as FHIR gives them: the code, and the words that people see."""

from __future__ import annotations

from functools import lru_cache

from cds_service.terminology.units import Quantity, convert

_LONGEST = 32


def contradict(one: str, other: str) -> bool:
    """True when both are understood as units and mean different amounts ("kg" and "lb" of one quantity)."""
    return one != other and 0 < len(one) <= _LONGEST and 0 < len(other) <= _LONGEST and _differ(one, other)


@lru_cache(maxsize=512)
def _differ(one: str, other: str) -> bool:
    try:
        return convert(Quantity(1, one), other).value != 1
    except ValueError:
        return False
