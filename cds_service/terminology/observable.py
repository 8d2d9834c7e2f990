"""What one observation is to us: its LOINC codes, the unit we compute in, and what is plausible.

Bounds are those of plausibility, not of normality. A value outside is a typing or unit error: it is never used, and the
card says "check value". They hold in the observable's own unit, after conversion.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.terminology.units import Quantity, convert


class Implausible(ValueError):
    """The value is outside the bounds of what a living person can have. The text never holds the value."""


@dataclass(frozen=True, slots=True)
class Observable:
    """One thing that is measured.

    `loinc`: codes in order of preference; of results of one moment the earlier code is used. `unit`: UCUM.
    `low`, `high`: the plausible values, both included, in `unit`. `analyte`: what units.convert needs to know.
    """

    key: str
    label: str
    unit: str
    low: float
    high: float
    loinc: tuple[str, ...]
    analyte: str | None = None

    def read(self, quantity: Quantity) -> float:
        """The value in `unit`.

        Raises UnitNotUnderstood when the unit cannot be converted, Implausible when the value is out of bounds.
        """
        value = float(convert(quantity, self.unit, self.analyte).value)
        if not self.low <= value <= self.high:
            raise Implausible(f"{self.label} is outside {self.low:g} to {self.high:g} {self.unit}")
        return value
