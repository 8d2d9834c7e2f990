"""The writing side of `weights/manifest.json`: one entry per model, with the digest of every file.

An entry says what a reader of the file needs to trust it: version, files with sha256, data, licence, thresholds, and
the scores of the fp32 reference and of what is shipped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

from cds_service.models.manifest import MANIFEST_NAME


@dataclass(frozen=True, slots=True)
class Release:
    """A model about to be shipped; `parts` maps a part (`model`, `tokenizer`) to (file on disk, shipped name)."""

    model: str
    version: str
    parts: Mapping[str, tuple[Path, str]]
    data: str
    licence: str
    scores: Mapping[str, Mapping[str, Any] | None]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)  # tables of the making
    made_with: tuple[str, ...] = ()  # packages whose versions decide the bytes


def publish(release: Release, weights: Path) -> None:
    """Copy the release's files into `weights` and write its manifest entry; other entries stay as they are."""
    weights.mkdir(parents=True, exist_ok=True)
    files = {}
    for part, (source, name) in sorted(release.parts.items()):
        if source != weights / name:
            shutil.copyfile(source, weights / name)
        files[part] = {"name": name, "sha256": sha256(weights / name), "bytes": source.stat().st_size}
    entry = {
        "version": release.version,
        "files": files,
        "data": release.data,
        "licence": release.licence,
        "thresholds": dict(release.thresholds),
        "scores": dict(release.scores),
        "details": dict(release.details),
        "made_with": {package: package_version(package) for package in release.made_with},
    }
    path = weights / MANIFEST_NAME
    manifest = json.loads(path.read_bytes()) if path.exists() else {"models": {}}
    manifest["models"][release.model] = entry
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_entry(model: str, weights: Path) -> Mapping[str, Any]:
    """The manifest entry of one model as written. Raises KeyError when there is none."""
    entry: Mapping[str, Any] = json.loads((weights / MANIFEST_NAME).read_bytes())["models"][model]
    return entry


def sha256(path: Path) -> str:
    """The digest of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
