"""What the cards of embedder and reranker show of the search: with and without them, for whom, and what goes wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np

from cds_service.knowledge.passages import Passage
from model_export.reranking.apart import UNSEEN
from model_export.reranking.calibration import Read
from model_export.retrieval.evaluation import ndcg, reciprocal_rank
from model_export.retrieval.searched import Asked, Searched, development, rules
from model_export.task import Rows, Score

_EDGES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


def compared(weights: Path, ways: Mapping[str, str]) -> Mapping[str, Score]:
    """{"set, name of the way": scores} on each set; `ways` maps a name to a way of the search."""
    sets = {
        "development set": development(weights).asked,
        **{f"development set, in phrasings {name}": development(weights, name).asked for name in UNSEEN},
        "own rules": [one for one in rules(weights) if one.relevant],
    }
    return {
        f"{name}, {words}": {
            "n": len(asked),
            "ndcg_at_10": round(fmean(ndcg(one.orders[way], one.relevant) for one in asked), 4),
            "mrr_at_10": round(fmean(reciprocal_rank(one.orders[way], one.relevant) for one in asked), 4),
            "first": round(fmean(one.right(way) for one in asked), 4),
        }
        for name, asked in sets.items()
        for words, way in ways.items()
    }


def subgroups(searched: Searched, ways: Mapping[str, str]) -> Rows:
    """nDCG over the first ten of each way, by group of the development questions."""
    found: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)
    topics = Counter(document.title.casefold() for document in searched.documents.values())
    for one in searched.asked:
        for group in _groups_of(one, searched.documents, topics):
            found[group].append(one)
    return [
        {
            "group": group,
            "value": value,
            "n": len(asked),
            **{
                name: round(fmean(ndcg(one.orders[way], one.relevant) for one in asked), 4)
                for name, way in ways.items()
            },
        }
        for (group, value), asked in sorted(found.items())
    ]


def came_first(searched: Searched, way: str) -> Rows:
    """What came first where it does not answer: the kind of question that was asked and that it answers, counted."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in searched.asked:
        if not one.right(way):
            first = one.orders[way][0]
            topics = {searched.documents[name].title.casefold() for name in one.relevant}
            same = searched.documents[first].title.casefold() in topics
            counts[
                one.about["question_type"],
                searched.kinds.get(first, "not known"),
                "the same, by its title" if same else "another, or another name of it",
            ] += 1
    return [
        {"asked for": asked, "came first": came, "topic": topic, "n": n}
        for (asked, came, topic), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def read_of(searched: Searched) -> Sequence[Read]:
    """The reranker's scores of what it read for each question, in the order of the questions."""
    return [
        Read(np.array(list(one.read.values())), np.array([one.relevant.get(name, 0) > 0 for name in one.read]))
        for one in searched.asked
    ]


def near_enough(weights: Path) -> Rows:
    """The share of the questions of each kind whose greatest likeness is at least this: they would count as found.

    Of MedQuAD every question is asked twice: of the whole set, which answers it, and of its other topics alone.
    """
    likeness: defaultdict[str, list[float]] = defaultdict(list)
    for one in rules(weights):
        likeness[f"our rules, {one.about['set']} set: {one.about['question_type']}"].append(one.likeness)
    for one in development(weights).asked:
        likeness["MedQuAD: answered"].append(one.likeness)
        likeness["MedQuAD: the topic taken out"].append(one.likeness_without)
    return [
        {"questions": kind, "n": len(of), **{f"from {edge:.2f}": _share(of, edge) for edge in _EDGES}}
        for kind, of in likeness.items()
    ]


def _share(of: Sequence[float], edge: float) -> float:
    return round(fmean(one >= edge for one in of), 3)


def _groups_of(one: Asked, documents: Mapping[str, Passage], topics: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    right = documents[next(iter(one.relevant))]
    words, about = len(right.text.split()), topics[right.title.casefold()]
    yield "kind of question", one.about["question_type"]
    yield "site", one.about["source"]
    yield "words of the passage", "under 60" if words < 60 else "60 to 200" if words <= 200 else "over 200"
    yield "words of the question", "up to 7" if len(one.question.split()) <= 7 else "8 and more"
    yield "passages with this title", "1 or 2" if about < 3 else "3 to 5" if about < 6 else "6 and more"
