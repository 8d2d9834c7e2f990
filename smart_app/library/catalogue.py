"""Models and rules: what speaks here, in which version, resting on what, and whether anybody has reviewed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cds_service.checks import CHECKS
from cds_service.errors import ModelRefused
from cds_service.governance import versions
from cds_service.governance.versions import History
from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import KINDS, Graded
from cds_service.models import WEIGHTS
from cds_service.models.manifest import WeightsFolder
from cds_service.settings import Settings
from cds_service.store import RanVersions
from cds_service.web.pages.checks import Described, described
from smart_app.wording import topic_words


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check, in the words that its author wrote for clinicians."""

    id: str
    title: str
    service: str
    topic: str
    version: str
    words: str


@dataclass(frozen=True, slots=True)
class TableLine:
    """One kind of rows: how many there are, and how many of them nobody has reviewed."""

    name: str
    rows: int
    unreviewed: int


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model as its manifest tells of it; `refused` says why its file is not used."""

    name: str
    version: str
    data: str
    licence: str
    scores: Mapping[str, Any]
    thresholds: Mapping[str, float]
    refused: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Read once, at the start of a worker."""

    knowledge: str
    ingredients: int
    sources: int
    silent: int
    checks: tuple[CheckLine, ...]
    tables: tuple[TableLine, ...]
    models: tuple[ModelLine, ...]
    described: Mapping[str, Described]
    history: History


def open_catalogue(settings: Settings, knowledge: Knowledge, ran: RanVersions, at: datetime) -> Catalogue:
    """What this installation speaks from; a version that has not run here before goes on record, first seen `at`."""
    checks = (
        CheckLine(one.id, topic_words(one.id), one.service, topic_words(one.topic), one.version, one.words)
        for one in CHECKS.values()
    )
    models = _models(settings)
    versions.record(
        ran,
        knowledge,
        {one.id: one.version for one in CHECKS.values()},
        {one.name: one.version for one in models if not one.refused},
        at,
    )
    graded = {table: knowledge.all(kind) for table, kind in KINDS.items() if issubclass(kind, Graded)}
    tables = (
        TableLine(KINDS[table].noun, len(rows), sum(not row.reviewed for row in rows)) for table, rows in graded.items()
    )
    return Catalogue(
        knowledge=knowledge.version,
        ingredients=len(knowledge.names.drugs),
        sources=len(knowledge.sources),
        silent=knowledge.silent,
        checks=tuple(sorted(checks, key=lambda one: (one.service, one.id))),
        tables=tuple(sorted(tables, key=lambda one: one.name)),
        models=models,
        described={name: described(one, knowledge) for name, one in CHECKS.items()},
        history=History(ran),
    )


def _models(settings: Settings) -> tuple[ModelLine, ...]:
    try:
        weights = WeightsFolder.open(settings.models_dir or WEIGHTS)
    except ModelRefused as error:
        return (ModelLine("models", "", "", "", {}, {}, str(error)),)
    return tuple(_model(weights, name) for name in weights.entries)


def _model(weights: WeightsFolder, name: str) -> ModelLine:
    entry, refused = weights.entry(name), ""
    for part in entry.files:
        try:
            weights.read(name, part)
        except ModelRefused as error:
            refused = str(error)
    return ModelLine(name, entry.release, entry.data, entry.licence, _flat(entry.scores), entry.thresholds, refused)


def _flat(scores: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """{set: {score: value}}, with the sets within sets beside the others: `fp32, spacing`."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, values in scores.items():
        if not isinstance(values, Mapping):  # not measured in this form
            continue
        within = {key: value for key, value in values.items() if isinstance(value, Mapping)}
        found[name] = {key: value for key, value in values.items() if key not in within}
        found.update({f"{name}, {key.replace('_', ' ')}": value for key, value in within.items()})
    return found
