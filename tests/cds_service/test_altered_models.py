"""Weights that are not the manifest's: the service starts, says so everywhere it matters, and its rules go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.models import WEIGHTS
from tests.hook_calls import active, bundle, chart, draft, egfr, order_sign
from tests.running_service import RunningService, in_this_process, migrated

MODELS = ("embedder", "drug-linker", "reranker")


def with_altered(model: str, folder: Path) -> Path:
    """A copy of the weights in which one byte in the middle of one model is another one."""
    shutil.copytree(WEIGHTS, folder)
    weights = folder / f"{model}.onnx"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    return folder


@pytest.fixture(scope="module", params=MODELS)
def degraded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RunningService]]:
    folder = tmp_path_factory.mktemp(request.param)
    models = with_altered(request.param, folder / "weights")
    settings = migrated(folder / "run", CLIENT_AUTH="off", MODELS_DIR=str(models))
    with in_this_process(settings) as running:
        yield request.param, running


def test_the_service_starts_degraded_and_readyz_names_the_altered_file(degraded: tuple[str, RunningService]) -> None:
    model, service = degraded
    reply = service.get("/readyz")
    assert (reply.status, reply.body["status"]) == (200, "degraded")
    assert reply.body["checks"]["models"]["status"] == "degraded"
    assert f"{model}.onnx" in reply.body["checks"]["models"]["said"]


def test_the_rules_go_on_and_the_answer_says_which_model_is_not_there(degraded: tuple[str, RunningService]) -> None:
    model, service = degraded
    reply = service.ask(
        order_sign(draft("bactrim ds bid"), prefetch=chart(medications=bundle(active("warfarin 5 mg daily"))))
    )
    assert reply.card("drug-interaction")
    versions = reply.body["extension"]["org.countersign.assessment"]["models"]
    assert {name for name, version in versions.items() if version == "not loaded"} == {model}


def test_a_misspelt_order_says_whether_somebody_could_read_it(degraded: tuple[str, RunningService]) -> None:
    model, service = degraded
    reply = service.ask(order_sign(draft("metforminn 500 bid"), prefetch=chart(labs=bundle(egfr(24)))))
    if model != "drug-linker":
        assert reply.card("renal-dosing")  # reading misspelt names does not need the others
        return
    card = reply.card("not-assessed")
    assert card["indicator"] == "info"
    assert "the model that reads misspelt names is not loaded" in card["detail"]
    assert "metforminn 500 bid" in card["summary"]


def test_without_any_manifest_the_service_still_answers(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    settings = migrated(tmp_path / "run", CLIENT_AUTH="off", MODELS_DIR=str(tmp_path / "weights"))
    with in_this_process(settings) as service:
        assert service.get("/readyz").body["status"] == "degraded"
        reply = service.ask(order_sign(draft("metformin 1000 bid"), prefetch=chart(labs=bundle(egfr(24)))))
    assert reply.card("renal-dosing")["indicator"] == "critical"
