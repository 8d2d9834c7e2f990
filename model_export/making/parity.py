"""The parity gate: a quantized model either does what its fp32 reference does, or its file does not exist.

Vectors of both are compared over a fixed set of sentences. Cosine says how far each vector moved; the neighbours say
whether the moves change what a search finds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model_export.task import TaskFailed

Vectors = NDArray[np.float32]
_NEIGHBOURS = 10


class ParityFailed(TaskFailed):
    """The int8 model is not close enough to its reference; its file has been deleted."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How close two sets of unit vectors are, row by row; all shares and cosines, 1.0 is identical."""

    cosine_mean: float
    cosine_least: float
    nearest_same: float
    neighbours_shared: float

    def as_scores(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure(reference: Vectors, candidate: Vectors) -> Parity:
    """Compare unit vectors of shape (sentences, dimensions). Vectors that are not finite compare as 0."""
    if reference.shape != candidate.shape:
        raise ParityFailed(f"shape {candidate.shape} is not the reference's {reference.shape}")
    cosines = np.nan_to_num((reference * candidate).sum(axis=1), nan=0.0, posinf=0.0, neginf=0.0)
    ours, theirs = _neighbours(candidate), _neighbours(reference)
    shared = [len(set(a) & set(b)) / len(b) for a, b in zip(ours, theirs, strict=True)]
    return Parity(
        cosine_mean=float(cosines.mean()),
        cosine_least=float(cosines.min()),
        nearest_same=float((ours[:, 0] == theirs[:, 0]).mean()),
        neighbours_shared=float(np.mean(shared)),
    )


def require_parity(file: Path, reference: Vectors, candidate: Vectors, tolerance: Parity) -> Parity:
    """Measure, and delete `file` and raise ParityFailed when any number is below the tolerance's."""
    try:
        found = measure(reference, candidate)
    except ParityFailed:
        file.unlink(missing_ok=True)
        raise
    short = [name for name, least in asdict(tolerance).items() if not getattr(found, name) >= least]
    if short:
        file.unlink(missing_ok=True)
        words = ", ".join(f"{name} {getattr(found, name):.4f} < {getattr(tolerance, name)}" for name in short)
        raise ParityFailed(f"{file.name} deleted, outside tolerance: {words}")
    return found


def _neighbours(vectors: Vectors) -> NDArray[np.int64]:
    """For every row the indices of its nearest other rows, nearest first."""
    similarity = np.nan_to_num(vectors @ vectors.T)
    np.fill_diagonal(similarity, -np.inf)
    return np.argsort(-similarity, axis=1, kind="stable")[:, :_NEIGHBOURS]
