"""Model cards: the written part of a task joined with the measured part of the manifest, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cds_service.models.cards import TITLES, columns_of, measures, named, tables_of
from model_export.cards.attributes import source_attributes
from model_export.making.manifest import read_entry
from model_export.task import Rows, Task, TaskFailed


def write_card(task: Task, weights: Path, folder: Path, evaluations: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write `<model>.json` and `<model>.md` into `folder`; gives both paths.

    Evaluation results named before and not given again are kept only while the model's files are the same.
    """
    if task.card is None:
        raise TaskFailed(f"{task.name} has no model card")
    entry = read_entry(task.model, weights)
    plain, readable = folder / f"{task.model}.json", folder / f"{task.model}.md"
    card = {"model": task.model, **task.card, **entry}
    card["evaluations"] = _kept(plain, entry) | dict(evaluations)
    card["comparison"] = task.compare(weights) if task.compare else {}
    card["tables"] = {**card.pop("details", {}), **(task.tables(weights) if task.tables else {})}
    card["attributes"] = source_attributes(card)
    folder.mkdir(parents=True, exist_ok=True)
    plain.write_text(json.dumps(card, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    readable.write_text(markdown(json.loads(plain.read_bytes())), encoding="utf-8")
    return plain, readable


def _kept(path: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
    if not path.exists():
        return {}
    before = json.loads(path.read_bytes())
    return dict(before["evaluations"]) if before["files"] == entry["files"] else {}


def markdown(card: Mapping[str, Any]) -> str:
    """A card to read, from its JSON alone: the same card gives the same text."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {card['title']} ({card['model']}, version {card['version']})\n"
    for heading, key in (
        ("Form", "form"),
        ("Intended use", "intended_use"),
        ("Users", "users"),
        ("Not for", "out_of_scope"),
        ("Training", "training"),
        ("Data", "data"),
        ("Licence", "licence"),
    ):
        yield f"**{heading}.** {card[key]}\n"
    yield "## Limits\n"
    yield from (f"- {limit}" for limit in card["limits"])
    yield "\n## Measured\n"
    yield "| set | result |\n|---|---|"
    for form, scores in sorted(card["scores"].items()):
        for name, numbers in _sets(scores):
            yield f"| {form}, {name} | {_numbers(numbers)} |"
    for name, scores in sorted(card["evaluations"].items()):
        yield f"| as shipped, {name} | {_numbers(scores)} |"
    for row in named(card["comparison"]):
        numbers = {name: value for name, value in row.items() if name != "measured"}
        yield f"| earns its place: {row['measured']} | {_numbers(numbers)} |"
    yield from _tables(tables_of(card))
    yield f"\nThresholds: {_numbers(card['thresholds'])}\n"
    yield "| file | sha256 |\n|---|---|"
    yield from (f"| {file['name']} | {file['sha256']} |" for file in card["files"].values())
    yield "\n## Source attributes\n"
    yield "| | attribute | |\n|---|---|---|"
    yield from (f"| {one['id']} | {one['group']}: {one['name']} | {one['value']} |" for one in card["attributes"])


def _tables(tables: Mapping[str, Rows]) -> Iterator[str]:
    for name, rows in tables.items():
        yield f"\n### {TITLES.get(name, name)}\n"
        columns = columns_of(rows)
        yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
        yield from (f"| {' | '.join(str(row.get(column, '')) for column in columns)} |" for row in rows)


def _sets(scores: Mapping[str, Any] | None) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Scores of one form: either numbers of the making, or numbers per generated set."""
    if scores and all(isinstance(found, Mapping) for found in scores.values()):
        yield from ((f"generated {name.replace('_', ' ')}", found) for name, found in sorted(scores.items()))
    else:
        yield "when made", scores


def _numbers(scores: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in measures(scores).items()) if scores else "none"
