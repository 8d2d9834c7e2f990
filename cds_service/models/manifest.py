"""The reading side of `weights/manifest.json`: which files make up a model, and the digest that each must have.

`model_export` writes the manifest. Here a file is read once, its digest is compared, and only those very bytes go on to
onnxruntime, so that a file cannot change between the check and the use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cds_service.errors import ModelRefused

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file beside the manifest: its plain name and its sha256 in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """What the manifest says about one model; `files` are keyed by their part (`model`, `tokenizer`, `names`)."""

    name: str
    version: str
    files: Mapping[str, WeightFile]
    thresholds: Mapping[str, float]
    data: str = ""
    licence: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)

    @property
    def release(self) -> str:
        """The version with the beginning of the network's digest: it differs whenever answers may."""
        return f"{self.version}+{self.files['model'].sha256[:12]}" if "model" in self.files else self.version


@dataclass(frozen=True, slots=True)
class WeightsFolder:
    """A folder of weights and the manifest in it."""

    path: Path
    entries: Mapping[str, ModelEntry]

    @classmethod
    def open(cls, path: Path) -> WeightsFolder:
        """Read the manifest of `path`. Raises ModelRefused when it is missing or not readable as a manifest."""
        try:
            raw = json.loads((path / MANIFEST_NAME).read_bytes())
            entries = {name: _entry(name, body) for name, body in raw["models"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelRefused(f"the model manifest cannot be read ({type(error).__name__})") from error
        return cls(path, entries)

    def entry(self, model: str) -> ModelEntry:
        """The entry of `model`. Raises ModelRefused when the manifest has none."""
        if model not in self.entries:
            raise ModelRefused(f"{model}: not in the model manifest")
        return self.entries[model]

    def read(self, model: str, part: str) -> bytes:
        """The checked bytes of one file. Raises ModelRefused when it is absent, misplaced or altered."""
        entry = self.entry(model)
        if part not in entry.files:
            raise ModelRefused(f"{model}: the manifest names no {part} file")
        file = entry.files[part]
        if Path(file.name).name != file.name:
            raise ModelRefused(f"{model}: {part} file is not a plain file name")
        try:
            data = (self.path / file.name).read_bytes()
        except OSError as error:
            raise ModelRefused(f"{model}: {file.name} cannot be read ({type(error).__name__})") from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ModelRefused(f"{model}: digest of {file.name} is not the manifest's")
        return data


def _entry(name: str, body: Mapping[str, Any]) -> ModelEntry:
    files = {part: WeightFile(str(file["name"]), str(file["sha256"])) for part, file in body["files"].items()}
    thresholds = {key: float(value) for key, value in body["thresholds"].items()}
    said = {key: str(body.get(key, "")) for key in ("data", "licence")}
    return ModelEntry(name, str(body["version"]), files, thresholds, **said, scores=body.get("scores", {}))
