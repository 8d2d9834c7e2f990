"""Loading: what is refused is named, and nothing of the training side is needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cds_service.models import WEIGHTS, load_models

NAMES = [("metformin", ("6809",))]

WITHOUT_TRAINING_SIDE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "transformers", "optimum", "onnx", "model_export"}:
            raise ImportError(name + " is not there")

sys.meta_path.insert(0, Absent())
from types import SimpleNamespace
from cds_service.models import load_models

models = load_models(SimpleNamespace(models_dir=None), [("metformin", ("6809",))])
assert models.problems == (), models.problems
assert models.drug_linker.link("metforminn 500").name == "metformin"
assert models.embedder.embed("metformin").shape == (384,)
"""


@pytest.fixture
def own_weights(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))


def test_the_shipped_models_load_without_a_problem() -> None:
    models = load_models(SimpleNamespace(models_dir=None), NAMES)
    assert (models.problems, models.missing) == ((), ())
    assert set(models.versions) == {"embedder", "drug-linker", "reranker"} == set(models.named)


def test_the_models_load_where_torch_and_transformers_cannot_be_imported() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_TRAINING_SIDE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_one_altered_file_costs_one_model_and_is_named(own_weights: Path) -> None:
    with (own_weights / "drug-linker-words.txt").open("a") as file:
        file.write("metforminn\n")
    models = load_models(SimpleNamespace(models_dir=own_weights), NAMES)
    assert models.drug_linker is None
    assert models.embedder is not None
    assert models.missing == ("drug-linker",)
    assert models.named["drug-linker"] == "not loaded"
    assert "digest of drug-linker-words.txt" in models.problems[0]


def test_a_missing_embedder_is_named_and_the_linker_still_reads(own_weights: Path) -> None:
    (own_weights / "embedder.onnx").unlink()
    models = load_models(SimpleNamespace(models_dir=own_weights), NAMES)
    assert models.embedder is None
    assert models.drug_linker is not None
    assert "embedder.onnx" in models.problems[0]


def test_a_folder_without_a_manifest_loads_nothing_and_says_so(tmp_path: Path) -> None:
    models = load_models(SimpleNamespace(models_dir=tmp_path), NAMES)
    assert models.missing == ("embedder", "drug-linker", "reranker")
    assert "manifest" in models.problems[0]


def test_the_problems_name_no_path_of_the_machine(tmp_path: Path) -> None:
    assert str(tmp_path) not in " ".join(load_models(SimpleNamespace(models_dir=tmp_path), NAMES).problems)
