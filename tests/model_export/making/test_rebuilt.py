"""`make models` ends with a comparison: the same bytes, or scores within what the task says, or a failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.errors import ModelRefused
from cds_service.models import WEIGHTS
from model_export.__main__ import main
from model_export.making.manifest import Release, publish
from model_export.making.rebuilt import beside
from model_export.task import Task
from model_export.tasks import discover

Making = Callable[[str, bytes, Mapping[str, Any]], Path]
TASK = Task("ranking", "ranker", tolerance=0.02)
SCORES = {"fp32": {"first": 0.95, "n": 100}, "int8": {"first": 0.94, "n": 100}}


@pytest.fixture
def making(tmp_path: Path) -> Making:
    def made(folder: str, content: bytes, scores: Mapping[str, Any]) -> Path:
        file = tmp_path / "ranker.onnx"
        file.write_bytes(content)
        parts = {"model": (file, file.name)}
        publish(Release("ranker", "1", parts, "none", "Apache-2.0", scores), tmp_path / folder)
        return tmp_path / folder

    return made


def test_the_same_bytes_are_said_to_be_the_same(making: Making) -> None:
    found = beside(TASK, making("committed", b"a", SCORES), making("made", b"a", SCORES))
    assert list(found.lines()) == ["ranker: the same bytes"]
    assert found.apart == ()


@pytest.mark.parametrize(
    ("now", "apart"), [(0.921, ()), (0.96, ()), (0.919, ("int8 first",)), (0.961, ("int8 first",))]
)
def test_other_bytes_are_judged_by_their_scores_in_both_directions(
    making: Making, now: float, apart: tuple[str, ...]
) -> None:
    again = {**SCORES, "int8": {"first": now, "n": 90}}
    found = beside(TASK, making("committed", b"a", SCORES), making("made", b"b", again))
    assert found.apart == apart
    said = "\n".join(found.lines())
    assert "other bytes in ranker.onnx" in said
    assert ("further apart than 0.02" in said) is bool(apart)


def test_a_score_that_only_one_of_the_two_has_is_apart(making: Making) -> None:
    again = {"fp32": SCORES["fp32"], "int8": None}
    assert beside(TASK, making("committed", b"a", SCORES), making("made", b"b", again)).apart == ("int8 first",)


@pytest.mark.parametrize("altered", ["committed", "made"])
def test_a_file_that_is_not_the_one_of_its_manifest_fails(making: Making, altered: str) -> None:
    folders = {name: making(name, b"a", SCORES) for name in ("committed", "made")}
    (folders[altered] / "ranker.onnx").write_bytes(b"b")
    with pytest.raises(ModelRefused, match=r"ranker\.onnx"):
        beside(TASK, folders["committed"], folders["made"])


def test_the_command_names_what_is_not_as_committed_and_fails(tmp_path: Path) -> None:
    task = discover()["reranker"]
    file = tmp_path / "reranker.onnx"
    file.write_bytes(b"another one")
    for first, status in ((0.93, 0), (0.8, 1)):
        scores = {"fp32": {"first": 0.9451, "mrr": 0.9699}, "int8": {"first": first, "mrr": 0.9692}}
        publish(Release(task.model, "1", {"model": (file, file.name)}, "none", "x", scores), tmp_path / "made")
        result = CliRunner().invoke(main, ["rebuilt", str(tmp_path / "made")])
        assert result.exit_code == status
        assert "embedder: not made" in result.output
        assert ("not as committed: reranker" in result.output) is bool(status)


def test_every_shipped_model_says_how_near_a_second_making_comes() -> None:
    for task in discover().values():
        if task.card:
            assert 0 < task.tolerance <= 0.02
            assert beside(task, WEIGHTS, WEIGHTS).apart == ()
