"""Calculators: one file each, pure functions of numbers, with publication, units and bounds in the docstring.

A calculator gives a number or refuses. It never fills in what is missing, and it never says what the number means: that
is for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass


class CannotCompute(ValueError):
    """The inputs do not allow the number. `reason` is short, can be shown on a card, and holds no patient data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def within(value: float, low: float, high: float, what: str) -> float:
    """`value` as a float when it lies in [low, high]; otherwise, NaN included, raises CannotCompute naming `what`."""
    if isinstance(value, bool) or not low <= value <= high:
        raise CannotCompute(f"{what} is outside {low:g} to {high:g}")
    return float(value)


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculator's formula in words, the same wherever a result is shown.

    `if_female`: the factor for women, "× 0.85". `caution`: where it does not hold.
    """

    words: str
    source: str
    method: str = ""
    if_female: str = ""
    caution: str = ""

    @property
    def whole(self) -> str:
        """All of it, for a reader of either sex."""
        factor = f", {self.if_female} if female" if self.if_female else ""
        return f"{self.words}{factor}" + (f"; {self.caution}" if self.caution else "")

    @property
    def named(self) -> str:
        """The same behind the name of its method."""
        return f"{self.method}: {self.whole}"
