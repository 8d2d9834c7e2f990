"""Computed facts with the numbers in their formula, worked out again by the very calculators that the rules used.

Only what comes out as the card said is shown: a line that does not add up would explain another number. A calculator
that a rule begins to use gets a file here.
"""

from __future__ import annotations

from collections.abc import Sequence

from smart_app.record.facts import FactLine
from smart_app.record.workings import by_weight, calcium, child_pugh, kidney, opioids
from smart_app.record.workings.shape import Calculation

_ALL = (kidney.worked_out, calcium.worked_out, child_pugh.worked_out, opioids.worked_out, by_weight.worked_out)


def calculations(facts: Sequence[FactLine]) -> tuple[Calculation, ...]:
    """One for each fact that was computed from others, as far as it can be worked out again."""
    return tuple(one for worked_out in _ALL for one in worked_out(facts))
