"""The search of two sets, each question once, with every way of it kept: what the cards of its models are made of.

The development questions of MedQuAD (`retrieval_dev`), as they are and in phrasings that no training saw; and questions
of ours about our own rules, written apart, among them such as no rule answers
(`tests/model_export/data/rule_questions.tsv`).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from cds_service.evidence import Hit, HybridIndex
from cds_service.evidence.fusion import Reranker
from cds_service.knowledge.passages import Passage, passages_of
from cds_service.models import load_models
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from model_export.reranking.apart import UNSEEN, rephrased
from model_export.retrieval.comparison import ALL, orders
from model_export.retrieval.folder import judgements_of, lines_of, passage_of
from model_export.task import DATA, TaskFailed

QUESTIONS = Path("tests") / "model_export" / "data" / "rule_questions.tsv"


class Remembering:
    """A reranker that keeps what it scored since it was last cleared, for the calibration."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.scored: dict[str, float] = {}

    def score(self, question: str, passage: str) -> float:
        self.scored[passage] = self._reranker.score(question, passage)
        return self.scored[passage]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what the search made of it. `orders` has document ids by way, best first, `relevant` the score
    of each right document, `likeness` the greatest cosine, `read` the reranker's score of each document that it read.
    """

    question: str
    about: Mapping[str, str]  # kind, source
    orders: Mapping[str, Sequence[str]]
    relevant: Mapping[str, int]
    likeness: float
    likeness_without: float  # the same over the documents about other topics alone
    read: Mapping[str, float] = field(default_factory=dict)

    def right(self, way: str) -> bool:
        return self.relevant.get(self.orders[way][0], 0) > 0


@dataclass(frozen=True, slots=True)
class Searched:
    """The development set as it was searched, with its documents by id."""

    asked: Sequence[Asked]
    documents: Mapping[str, Passage]
    kinds: Mapping[str, str]  # document id -> the kind of question that it answers


@cache
def development(weights: Path, phrasings: str | None = None) -> Searched:
    """Every development question, searched once; as it is, or in the `phrasings` of one of the UNSEEN families.

    Raises TaskFailed when a model or a file is missing.
    """
    folder = DATA / "retrieval_dev"
    rows = {row["_id"]: row for row in lines_of(folder, "corpus")}
    documents = {name: passage_of(row) for name, row in rows.items()}
    index, reranker = _index(weights, documents.values())
    judgements = judgements_of(folder)
    asked = []
    for query in lines_of(folder, "queries"):
        question, relevant = query["text"], judgements[query["_id"]]
        if phrasings is not None:
            focus = documents[next(iter(relevant))].title
            question = rephrased(query["metadata"]["question_type"], focus, question, UNSEEN[phrasings])
        asked.append(_asked(index, reranker, question, query["metadata"], relevant, documents))
    return Searched(asked, documents, _kinds(rows, asked))


@cache
def rules(weights: Path) -> Sequence[Asked]:
    """Our own questions about the rules, searched once; `relevant` is empty where no rule answers."""
    passages = {one.id: one for one in passages_of(knowledge_of(Settings.from_env()))}
    index, reranker = _index(weights, passages.values())
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        _asked(
            index,
            reranker,
            row["question"],
            {"question_type": row["kind"], "set": row["set"]},
            _right(row["passages"]),
            passages,
        )
        for row in rows
    ]


def _index(weights: Path, passages: Iterable[Passage]) -> tuple[HybridIndex, Remembering]:
    models = load_models(SimpleNamespace(models_dir=weights), ())
    if models.embedder is None or models.reranker is None:
        raise TaskFailed("; ".join(models.problems))
    reranker = Remembering(models.reranker)
    return HybridIndex(passages, models.embedder, Settings.from_env().run_dir / "evaluation", reranker), reranker


def _asked(
    index: HybridIndex,
    reranker: Remembering,
    question: str,
    about: Mapping[str, str],
    relevant: Mapping[str, int],
    documents: Mapping[str, Passage],
) -> Asked:
    reranker.scored.clear()
    hits = index.search(question, k=ALL, rerank=True)
    titles = {documents[name].title.casefold() for name in relevant}
    others = [hit for hit in hits if hit.passage.title.casefold() not in titles]
    read = {hit.passage.id: reranker.scored[hit.passage.content] for hit in hits if "reranker" in hit.ranks}
    return Asked(question, about, orders(hits), relevant, _likeness(hits), _likeness(others), read)


def _likeness(hits: Sequence[Hit]) -> float:
    return max((hit.similarity for hit in hits if hit.similarity is not None), default=0.0)


def _right(passages: str) -> Mapping[str, int]:
    return {name: 1 for name in passages.split("|") if name}


def _kinds(rows: Mapping[str, Mapping[str, object]], asked: Sequence[Asked]) -> Mapping[str, str]:
    """Which kind of question each document answers: as MedQuAD says, or as the question that it is right for."""
    path = DATA / "medquad_qa.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        published = {row["id"]: row["question_type"] for row in map(json.loads, file)}
    of_rows = {name: published.get(row["metadata"]["medquad_id"]) for name, row in rows.items()}  # type: ignore[index]
    right = {name: one.about["question_type"] for one in asked for name in one.relevant}
    return {name: kind for name, kind in of_rows.items() if kind} | right
