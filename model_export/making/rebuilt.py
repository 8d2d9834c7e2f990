"""What `make models` made, beside what is committed: the same bytes, or scores within the task's tolerance.

A training that is run again on another machine, or with another number of threads, adds its numbers up in another
order; its weights are then other ones that do the same work. How far its scores may lie from the manifest's is the
task's `tolerance`, both ways: a model that came out much better was not made the same way either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.models.manifest import WeightsFolder
from model_export.making.manifest import read_entry
from model_export.task import Task

Scores = Mapping[str, float]  # by name; the names of nested scores are joined by a blank


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One model: `changed` are the files whose bytes differ, `scores` name (committed, made again)."""

    model: str
    changed: tuple[str, ...]
    scores: Mapping[str, tuple[float | None, float | None]]
    tolerance: float

    @property
    def apart(self) -> tuple[str, ...]:
        """The scores that lie further apart than the tolerance, or that only one of the two has."""
        return tuple(name for name, (before, now) in self.scores.items() if not self._near(before, now))

    def _near(self, before: float | None, now: float | None) -> bool:
        return before is not None and now is not None and abs(now - before) <= self.tolerance + 1e-9

    def lines(self) -> Iterator[str]:
        """The comparison for people: one line for the files, one for each score."""
        files = f"other bytes in {', '.join(self.changed)}" if self.changed else "the same bytes"
        yield f"{self.model}: {files}"
        if self.changed:
            for name, (before, now) in self.scores.items():
                words = f"further apart than {self.tolerance:g}" if name in self.apart else f"within {self.tolerance:g}"
                yield f"  {name}: {_number(before)} committed, {_number(now)} now, {words}"


def beside(task: Task, committed: Path, made: Path) -> Rebuilt:
    """Compare one task's model of two weights folders.

    Raises ModelRefused when a file of either is not the one of its manifest, KeyError when one does not have the model.
    """
    before, now = (_checked(task.model, weights) for weights in (committed, made))
    changed = [
        now["files"][part]["name"]
        for part in now["files"]
        if now["files"][part]["sha256"] != before["files"].get(part, {}).get("sha256")
    ]
    old, new = dict(_flat(before["scores"])), dict(_flat(now["scores"]))
    scores = {name: (old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())}
    return Rebuilt(task.model, tuple(changed), scores, task.tolerance)


def _checked(model: str, weights: Path) -> Mapping[str, Any]:
    """The manifest entry, once the files are what it says: only then does comparing manifests compare files."""
    entry, folder = read_entry(model, weights), WeightsFolder.open(weights)
    for part in entry["files"]:
        folder.read(model, part)
    return entry


def _flat(scores: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, float]]:
    """The shares among the scores; counts are left out, as they are of the texts and not of the model."""
    for name, value in scores.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name} ")
        elif isinstance(value, float):
            yield f"{within}{name}", value


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
