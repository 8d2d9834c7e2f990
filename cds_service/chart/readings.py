"""What a model read, handed to the pure levels as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DrugReading:
    """The drug that a model saw in a text.

    `candidates` are names that it could not choose between; `rxcuis` is then empty.
    """

    rxcuis: tuple[str, ...]
    name: str
    span: tuple[int, int]
    probability: float
    model: str
    version: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    """By text, exactly as it stands in the chart. `missing` says why some texts could not be read at all."""

    drugs: Mapping[str, DrugReading] = field(default_factory=dict)
    missing: str | None = None
