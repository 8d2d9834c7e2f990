"""A weight file is used only when it is the one that the manifest names, and whole in itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cds_service.errors import ModelRefused
from cds_service.models import onnx_session
from cds_service.models.drug_features import FEATURES
from cds_service.models.manifest import WeightsFolder
from cds_service.models.onnx_session import open_session
from tests.cds_service.models.conftest import costly_model

WriteWeights = Callable[..., Path]
TinyModel = Callable[..., bytes]


def test_a_model_whose_digest_agrees_runs(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    session = open_session(WeightsFolder.open(write_weights(tiny_model())), "tiny")
    assert session.run(None, {"x": np.array([1, 1], np.float32)})[0].tolist() == [2.0, 3.0]
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_a_session_keeps_to_one_thread(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    options = open_session(WeightsFolder.open(write_weights(tiny_model())), "tiny").get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_an_altered_file_is_refused(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    folder = WeightsFolder.open(write_weights(tiny_model()))
    file = folder.path / "tiny.onnx"
    file.write_bytes(file.read_bytes().replace(b"Add", b"Mul"))
    with pytest.raises(ModelRefused, match="digest of tiny"):
        open_session(folder, "tiny")


def test_a_missing_file_is_refused(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    folder = WeightsFolder.open(write_weights(tiny_model()))
    (folder.path / "tiny.onnx").unlink()
    with pytest.raises(ModelRefused, match="cannot be read"):
        open_session(folder, "tiny")


def test_weights_outside_the_file_are_refused(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    folder = WeightsFolder.open(write_weights(tiny_model(external=True)))
    with pytest.raises(ModelRefused, match="outside the file"):
        open_session(folder, "tiny")


@pytest.mark.parametrize("name", ["../tiny.onnx", "sub/tiny.onnx", "/etc/hostname"])
def test_a_path_in_the_manifest_is_refused(write_weights: WriteWeights, tiny_model: TinyModel, name: str) -> None:
    folder = WeightsFolder.open(write_weights(tiny_model(), name=name))
    with pytest.raises(ModelRefused, match="plain file name"):
        open_session(folder, "tiny")


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_file_cut_short_is_refused_even_when_its_digest_agrees(
    write_weights: WriteWeights, tiny_model: TinyModel, cut: int
) -> None:
    with pytest.raises(ModelRefused):
        open_session(WeightsFolder.open(write_weights(tiny_model()[:-cut])), "tiny")


def test_bytes_that_are_no_model_are_refused(write_weights: WriteWeights) -> None:
    with pytest.raises(ModelRefused):
        open_session(WeightsFolder.open(write_weights(b"\xff" * 64)), "tiny")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"models": []}', '{"models": {"tiny": {"version": "1"}}}', "\xff"])
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(ModelRefused, match="manifest"):
        WeightsFolder.open(tmp_path)


def test_a_model_that_the_manifest_does_not_name_is_refused(write_weights: WriteWeights, tiny_model: TinyModel) -> None:
    with pytest.raises(ModelRefused, match="not in the model manifest"):
        WeightsFolder.open(write_weights(tiny_model())).entry("other")


NOTHING = {"features": np.zeros((1, len(FEATURES)), np.float32)}


@pytest.mark.covers("J-148")
def test_a_run_that_does_not_come_to_an_end_is_ended(
    write_weights: WriteWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_session, "LONGEST_RUN", 0.05)
    session = open_session(WeightsFolder.open(write_weights(costly_model([800, 800], 4000))), "tiny")
    with pytest.raises(ModelRefused, match="tiny: the run failed"):
        session.run(None, NOTHING)


@pytest.mark.covers("J-148")
def test_a_run_that_wants_more_memory_than_there_is_for_models_fails_alone(
    write_weights: WriteWeights, tiny_model: TinyModel
) -> None:
    hungry = open_session(WeightsFolder.open(write_weights(costly_model([2 * onnx_session.MOST_MEMORY], 0))), "tiny")
    with pytest.raises(ModelRefused, match="the run failed"):
        hungry.run(None, NOTHING)
    session = open_session(WeightsFolder.open(write_weights(tiny_model())), "tiny")
    assert session.run(None, {"x": np.array([1, 1], np.float32)})[0].tolist() == [2.0, 3.0]
