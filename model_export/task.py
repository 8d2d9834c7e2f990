"""What a task offers to the command line. A new model is one file in `tasks/` that sets `TASK`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cds_service.models
from cds_service.models.cards import CARDS as CARDS

DATA = Path(os.environ.get("COUNTERSIGN_TRAINING_DATA", "../shared/data"))  # what is trained and measured on
WEIGHTS = Path(cds_service.models.__file__).parent / "weights"

Score = Mapping[str, Any]
Rows = Sequence[Mapping[str, object]]  # a table: its rows, each by column


class TaskFailed(Exception):
    """The work was done and its result is not fit to ship; the text says what was measured."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` was asked: the data, where predictions go (None = nowhere), and whether to rerank."""

    data: Path
    predictions: Path | None
    rerank: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One model or one measurement. An absent function is a command that the task does not have."""

    name: str
    model: str
    export: Callable[[Path], None] | None = None  # argument: the weights folder
    train: Callable[[Path], None] | None = None
    evaluate: Callable[[Evaluation], Score] | None = None
    compare: Callable[[Path], Mapping[str, Score]] | None = None  # with and without the model, for its card
    tables: Callable[[Path], Mapping[str, Rows]] | None = None  # subgroups, errors: measured for the card
    tolerance: float = 0.0  # how far a share of a second making may lie from the manifest's; see `making.rebuilt`
    card: Mapping[str, Any] | None = None  # the written part of the model card; scores come from the manifest
