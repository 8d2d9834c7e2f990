"""A list of the chart with its state: `()` and "we do not know" are two things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cds_service.chart.supplied import State

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """`notes` say what could not be used."""

    state: State
    items: tuple[T, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.state in ("empty", "data")

    @property
    def missing(self) -> str:
        """How to say that the list is not known."""
        return "could not be read" if self.state == "failed" else "was not supplied"


NOT_SUPPLIED: Listing[Any] = Listing("absent")
