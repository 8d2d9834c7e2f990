"""The models that the service runs: ONNX files with a digest each, read by onnxruntime, tokenizers and numpy alone.

A model reads and ranks; it never decides. One that is missing or altered is refused and named in `Models.problems`; the
service goes on with what it can still do and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from cds_service.errors import ModelRefused
from cds_service.models import drug_linker as linker_model
from cds_service.models import embedder as embedder_model
from cds_service.models import reranker as reranker_model
from cds_service.models.drug_candidates import Rxcuis
from cds_service.models.drug_linker import DrugLinker, Link
from cds_service.models.embedder import Embedder
from cds_service.models.manifest import WeightsFolder
from cds_service.models.reranker import Reranker

__all__ = ["WEIGHTS", "DrugLinker", "Embedder", "Link", "Models", "Reranker", "load_models"]

WEIGHTS = Path(__file__).parent / "weights"

_Model = TypeVar("_Model")


class HasModelsDir(Protocol):
    """The one setting that loading needs."""

    @property
    def models_dir(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Models:
    """What could be loaded. A model that is None is explained in `problems`."""

    embedder: Embedder | None = None
    drug_linker: DrugLinker | None = None
    reranker: Reranker | None = None
    problems: tuple[str, ...] = ()

    @property
    def named(self) -> Mapping[str, str]:
        """Every model by name with its version, or "not loaded"."""
        loaded = {
            embedder_model.NAME: self.embedder,
            linker_model.NAME: self.drug_linker,
            reranker_model.NAME: self.reranker,
        }
        return {name: model.version if model else "not loaded" for name, model in loaded.items()}

    @property
    def versions(self) -> Mapping[str, str]:
        """The loaded models by name with their versions."""
        return {name: version for name, version in self.named.items() if version != "not loaded"}

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the models that are not loaded."""
        return tuple(name for name in self.named if name not in self.versions)


def load_models(settings: HasModelsDir, names: Sequence[tuple[str, Rxcuis]]) -> Models:
    """Open every model of `settings.models_dir`, or of the package. Call it after the worker's fork.

    `names` are the lexicon's certain names with their ingredient RxCUIs: what a misspelling may have meant. A model
    that is refused does not stop the start; the reason stands in `problems`.
    """
    problems: list[str] = []

    def opened(load: Callable[[], _Model]) -> _Model | None:
        try:
            return load()
        except ModelRefused as error:
            problems.append(str(error))
            return None

    weights = opened(lambda: WeightsFolder.open(settings.models_dir or WEIGHTS))
    if weights is None:
        return Models(problems=tuple(problems))
    embedder = opened(lambda: Embedder.load(weights))
    linker = opened(lambda: DrugLinker.load(weights, names))
    reranker = opened(lambda: Reranker.load(weights))
    return Models(embedder, linker, reranker, tuple(problems))
