"""The parity gate deletes what it does not let pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from model_export import __main__ as command_line
from model_export.making.parity import Parity, ParityFailed, Vectors, measure, require_parity
from model_export.task import Task

TOLERANCE = Parity(cosine_mean=0.98, cosine_least=0.95, nearest_same=0.8, neighbours_shared=0.8)


@pytest.fixture
def reference() -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(40, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"weights")
    return path


def test_identical_vectors_pass_and_the_file_stays(reference: Vectors, file: Path) -> None:
    parity = require_parity(file, reference, reference.copy(), TOLERANCE)
    assert parity.cosine_least == pytest.approx(1.0)
    assert (parity.nearest_same, parity.neighbours_shared) == (1.0, 1.0)
    assert file.exists()


def test_a_model_that_moved_is_refused_and_its_file_deleted(reference: Vectors, file: Path) -> None:
    with pytest.raises(ParityFailed, match="cosine_mean"):
        require_parity(file, reference, np.roll(reference, 1, axis=0), TOLERANCE)
    assert not file.exists()


def test_a_single_bad_vector_is_enough(reference: Vectors, file: Path) -> None:
    moved = reference.copy()
    moved[3] = -moved[3]
    with pytest.raises(ParityFailed, match="cosine_least"):
        require_parity(file, reference, moved, TOLERANCE)
    assert not file.exists()


def test_vectors_that_are_not_finite_are_refused(reference: Vectors, file: Path) -> None:
    broken = np.full_like(reference, np.nan)
    with pytest.raises(ParityFailed):
        require_parity(file, reference, broken, TOLERANCE)
    assert not file.exists()


def test_another_shape_is_refused_and_the_file_deleted(reference: Vectors, file: Path) -> None:
    with pytest.raises(ParityFailed, match="shape"):
        require_parity(file, reference, reference[:, :8], TOLERANCE)
    assert not file.exists()


def test_a_failed_gate_ends_the_command_with_a_nonzero_exit(
    reference: Vectors, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(_: Path) -> None:
        require_parity(file, reference, np.roll(reference, 1, axis=0), TOLERANCE)

    monkeypatch.setattr(command_line, "discover", lambda: {"moved": Task("moved", "moved", export=export)})
    result = CliRunner().invoke(command_line.main, ["export", "moved"])
    assert result.exit_code != 0
    assert "outside tolerance" in result.output
    assert not file.exists()


def test_measuring_is_symmetric_in_the_cosine(reference: Vectors) -> None:
    moved = np.roll(reference, 1, axis=0)
    assert measure(reference, moved).cosine_mean == pytest.approx(measure(moved, reference).cosine_mean)
