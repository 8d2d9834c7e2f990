"""How sure a first place is: the reranker's scores of the passages that it read, as probabilities with a temperature.

No decision hangs on it. The scores are comparable between passages of one question only, so the probability of one is
its share among those that were read together (softmax). The temperature is fitted on every second question, and the
table is of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model_export.task import Rows

TEMPERATURES = tuple(round(0.25 * step, 2) for step in range(1, 33))
_BINS = 10


@dataclass(frozen=True, slots=True)
class Read:
    """Scores of the passages that were read for one question, and which of them answer it."""

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]


def temperature(read: Sequence[Read]) -> float:
    """The one that makes the right passages likeliest, over the questions that have one among those read."""
    known = [one for one in read if one.right.any()]
    return min(TEMPERATURES, key=lambda heat: -sum(np.log(_probabilities(one, heat)[one.right].sum()) for one in known))


def reliability(read: Sequence[Read]) -> tuple[Rows, float]:
    """(by tenths of the likeliest passage's probability: how many, its mean, the share right; the temperature)."""
    heat = temperature(read[::2])
    found: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for one in read[1::2]:
        probabilities = _probabilities(one, heat)
        best = int(probabilities.argmax())
        said = float(probabilities[best])
        found[min(int(said * _BINS), _BINS - 1)].append((said, bool(one.right[best])))
    rows = [
        {
            "probability": f"{number / _BINS:.1f} to {(number + 1) / _BINS:.1f}",
            "n": len(one),
            "said": round(sum(said for said, _ in one) / len(one), 3),
            "found": round(sum(right for _, right in one) / len(one), 3),
        }
        for number, one in enumerate(found)
        if one
    ]
    return rows, heat


def _probabilities(one: Read, heat: float) -> NDArray[np.float64]:
    raised = np.exp((one.scores - one.scores.max()) / heat)
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares
