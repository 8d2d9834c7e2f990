"""Training groups: a question, one passage that answers it, and passages that do not.

From MedQuAD (Ben Abacha and Demner-Fushman 2019, CC BY 4.0). The hardest wrong passages answer another question about
the same focus; others are what BM25 finds near the question. The development queries and what answers them are not in
the file, so nothing that is measured is trained on.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_export.reranking.questions import asked

WRONG = 3  # wrong passages in each group
NEAR = 40  # how many of BM25's best are candidates for a wrong passage
HELD_OUT = 0.03  # share of foci that are kept from training, to see how it goes


@dataclass(frozen=True, slots=True)
class Answer:
    """One published pair: `text` answers `question`, which is of a kind (symptoms, treatment) about a focus."""

    focus: str
    kind: str
    question: str
    text: str

    @property
    def passage(self) -> str:
        """As the index holds a passage: title and text."""
        return f"{self.focus}. {self.text}"


@dataclass(frozen=True, slots=True)
class Group:
    """`passages[0]` answers the question, the others do not."""

    question: str
    passages: tuple[str, ...]


def read_answers(path: Path) -> list[Answer]:
    """The pairs of medquad_qa.jsonl.gz that have a focus."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Answer(row["focus"], row["question_type"], row["question"], row["answer"]) for row in rows if row["focus"]]


def read_sites(path: Path) -> dict[str, str]:
    """The site that published each answer, by its text."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {row["answer"]: row["source"] for row in map(json.loads, file)}


def split(answers: Sequence[Answer], seed: int) -> tuple[list[Answer], list[Answer]]:
    """(training, held out): no focus is in both."""
    foci = sorted({answer.focus for answer in answers})
    kept = set(random.Random(seed).sample(foci, round(len(foci) * HELD_OUT)))  # noqa: S311 - no secret hangs on it
    return [one for one in answers if one.focus not in kept], [one for one in answers if one.focus in kept]


def groups(answers: Sequence[Answer], near: Mapping[int, Sequence[int]], chance: random.Random) -> Iterator[Group]:
    """One group for each answer, in chance order. `near` maps an answer's position to its neighbours' positions."""
    by_focus: defaultdict[str, list[int]] = defaultdict(list)
    for position, answer in enumerate(answers):
        by_focus[answer.focus].append(position)
    order = list(range(len(answers)))
    chance.shuffle(order)
    for position in order:
        answer = answers[position]
        siblings = [other for other in by_focus[answer.focus] if answers[other].kind != answer.kind]
        strangers = [other for other in near[position] if answers[other].focus != answer.focus]
        wrong = chance.sample(siblings, min(2, len(siblings)))
        wrong += chance.sample(strangers, min(WRONG - len(wrong), len(strangers)))
        while len(wrong) < WRONG:
            wrong.append(chance.randrange(len(answers)))
        question = asked(answer.question, answer.kind, answer.focus, chance)
        yield Group(question, (answer.passage, *(answers[other].passage for other in wrong)))


def neighbours(answers: Sequence[Answer]) -> dict[int, Sequence[int]]:
    """What BM25 finds near each question, itself left out."""
    import bm25s

    passages = bm25s.tokenize([answer.passage for answer in answers], stopwords="en", show_progress=False)
    index = bm25s.BM25(backend="numpy")
    index.index(passages, show_progress=False)
    questions = bm25s.tokenize([answer.question for answer in answers], stopwords="en", show_progress=False)
    found, _ = index.retrieve(questions, k=min(NEAR, len(answers)), show_progress=False)
    return {position: [int(n) for n in row if int(n) != position] for position, row in enumerate(found)}
