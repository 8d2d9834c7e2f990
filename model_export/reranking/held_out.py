"""What the reranker does with topics, phrasings and a source that were never in its training: tables for its card."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import fmean

from model_export.reranking.apart import AFAR, APART
from model_export.reranking.groups import Answer, Group, neighbours
from model_export.reranking.questions import PHRASINGS
from model_export.reranking.wordings import composed, matters
from model_export.task import Rows

Score = Callable[[str, str], float]  # (question, passage): the higher, the better
_STRANGERS = 2
_SAME_TOPIC, _NEAR, _SAME_QUESTION = (
    "the same topic, another question",
    "another topic, found near by its words",
    "another topic, the same kind of question",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a kind about an answer of the held-out topics; `wrong` are passages, each with what is wrong."""

    answer: Answer
    question: str
    wrong: Sequence[tuple[str, str]]


def unseen(held: Sequence[Answer], pubmedqa: Path, score: Score, seed: int) -> Rows:
    """How often the right passage comes first, and its mean reciprocal rank, by what was kept from the training."""
    judged = list(_judged(held, seed))
    ways: Mapping[str, Sequence[Judged]] = {
        "topics; questions as they were published": judged,
        "topics; our listed phrasings of the training": [_asked(one, PHRASINGS, seed) for one in judged],
        "topics; our composed phrasings of the training": [_composed(one, seed) for one in judged],
        "topics and phrasings: others of ours, written apart": [_asked(one, APART, seed) for one in judged],
        "topics and phrasings: still others, further away": [_asked(one, AFAR, seed) for one in judged],
    }
    rows = [{"kept from the training": name, **_ranked(asked, score)} for name, asked in ways.items()]
    return [*rows, {"kept from the training": "the whole source: PubMedQA", **_ranked_groups(_of(pubmedqa), score)}]


def subgroups(held: Sequence[Answer], sources: Mapping[str, str], score: Score, seed: int) -> Rows:
    """The same of held-out topics in phrasings written apart, by site, kind of question, lengths and rarity."""
    topics = defaultdict(int)
    for answer in held:
        topics[answer.focus] += 1
    found: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in _judged(held, seed):
        asked = _asked(one, APART, seed)
        for group in _groups_of(asked, sources, topics):
            found[group].append(asked)
    return [{"group": name, "value": value, **_ranked(of, score)} for (name, value), of in sorted(found.items())]


def stands_above(held: Sequence[Answer], score: Score, seed: int) -> Rows:
    """How often a wrong passage stands above the right one, by what is wrong with it."""
    above: defaultdict[str, list[bool]] = defaultdict(list)
    for one in _judged(held, seed):
        right = score(one.question, one.answer.passage)
        for kind, passage in one.wrong:
            above[kind].append(score(one.question, passage) >= right)
    return [
        {"the wrong passage is about": kind, "n": len(above[kind]), "stands above": round(fmean(above[kind]), 4)}
        for kind in (_SAME_TOPIC, _NEAR, _SAME_QUESTION)
    ]


def _judged(held: Sequence[Answer], seed: int) -> Iterator[Judged]:
    """Every held-out answer with wrong passages: the others about its topic, some near, some of the same kind."""
    near, dice = neighbours(held), Random(seed)  # noqa: S311 - no secret hangs on it
    for place, answer in enumerate(held):
        same = [one for one in held if one.focus == answer.focus and one.kind != answer.kind]
        strangers = [held[at] for at in near[place] if held[at].focus != answer.focus]
        alike = [one for one in held if one.focus != answer.focus and one.kind == answer.kind]
        wrong = [(_SAME_TOPIC, one.passage) for one in dice.sample(same, min(_STRANGERS, len(same)))]
        wrong += [(_NEAR, one.passage) for one in strangers[:_STRANGERS]]
        wrong += [(_SAME_QUESTION, one.passage) for one in dice.sample(alike, min(_STRANGERS, len(alike)))]
        yield Judged(answer, answer.question, wrong)


def _asked(one: Judged, phrasings: Mapping[str, Sequence[str]], seed: int) -> Judged:
    """The same in a phrasing of its kind; a kind without phrasings keeps its question."""
    if one.answer.kind not in phrasings:
        return one
    dice = Random(f"{seed} {one.answer.focus} {one.answer.kind}")  # noqa: S311 - no secret hangs on it
    return replace(one, question=dice.choice(phrasings[one.answer.kind]).format(focus=one.answer.focus))


def _composed(one: Judged, seed: int) -> Judged:
    """The same as a layout and a wording make it; a kind without wordings keeps its question."""
    if one.answer.kind not in matters():
        return one
    dice = Random(f"{seed} {one.answer.focus} {one.answer.kind}")  # noqa: S311 - no secret hangs on it
    return replace(one, question=composed(one.answer.kind, one.answer.focus, dice))


def _of(pubmedqa: Path) -> Iterator[Group]:
    """Research questions with their abstract, and the abstracts that BM25 finds near."""
    with gzip.open(pubmedqa, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    abstracts = [Answer(row["pmid"], "research", row["question"], " ".join(row["contexts"])) for row in rows]
    near = neighbours(abstracts)
    for place, one in enumerate(abstracts):
        others = near[place][: 2 * _STRANGERS]
        yield Group(one.question, (one.text, *(abstracts[other].text for other in others)))


def _ranked(asked: Iterable[Judged], score: Score) -> Mapping[str, float]:
    wrong = ((one.question, one.answer.passage, [passage for _, passage in one.wrong]) for one in asked)
    return _ranked_groups((Group(question, (right, *others)) for question, right, others in wrong), score)


def _ranked_groups(tests: Iterable[Group], score: Score) -> Mapping[str, float]:
    ranks = []
    for group in tests:
        right, *wrong = (score(group.question, passage) for passage in group.passages)
        ranks.append(1 + sum(other >= right for other in wrong))
    first, mrr = fmean(rank == 1 for rank in ranks), fmean(1 / rank for rank in ranks)
    return {"n": len(ranks), "first": round(first, 4), "mrr": round(mrr, 4)}


def _groups_of(one: Judged, sources: Mapping[str, str], topics: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    words, about = len(one.answer.text.split()), topics[one.answer.focus]
    yield "site", sources[one.answer.text]
    yield "kind of question", one.answer.kind
    yield "words of the passage", "under 60" if words < 60 else "60 to 200" if words <= 200 else "over 200"
    yield "words of the question", "up to 6" if len(one.question.split()) <= 6 else "7 and more"
    yield "answers about the topic", "1 or 2" if about < 3 else "3 to 5" if about < 6 else "6 and more"
