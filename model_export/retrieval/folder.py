"""A BEIR folder: corpus.jsonl, queries.jsonl (each may be gzipped) and the judgements of qrels.tsv."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cds_service.knowledge.passages import Passage
from model_export.task import TaskFailed

Judgements = Mapping[str, Mapping[str, int]]  # query id -> document id -> score


def passage_of(row: Mapping[str, Any]) -> Passage:
    return Passage(id=row["_id"], title=row.get("title", ""), text=row["text"], source={}, locator="", rules=())


def lines_of(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """The objects of NAME.jsonl, or of NAME.jsonl.gz; TaskFailed when there is neither."""
    plain, packed = folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"
    if not plain.exists() and not packed.exists():
        raise TaskFailed(f"{folder.name} has neither {plain.name} nor {packed.name}")
    with plain.open(encoding="utf-8") if plain.exists() else gzip.open(packed, "rt", encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def judgements_of(folder: Path) -> Judgements:
    """The judgements of qrels.tsv, in the folder or under qrels/ as BEIR has it; none when there is no such file."""
    path = next((found for found in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if found.exists()), None)
    judgements: dict[str, dict[str, int]] = {}
    if path is None:
        return judgements
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row.get("score"):
                judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return judgements
