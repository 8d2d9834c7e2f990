"""What the cards of embedder and reranker are made of: counted on small cases whose answers are plain."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from cds_service.knowledge.passages import Passage
from cds_service.models.cards import read_cards
from model_export.reranking.calibration import TEMPERATURES, Read, reliability, temperature
from model_export.reranking.groups import Answer
from model_export.reranking.held_out import stands_above, subgroups, unseen
from model_export.retrieval.searched import Asked, Searched
from model_export.retrieval.tables import came_first
from model_export.retrieval.tables import subgroups as of_searches

KINDS = ("symptoms", "treatment", "outlook", "prevention")
HELD = [
    Answer(topic, kind, f"{kind} of {topic}?", f"{topic} has this {kind}")
    for topic in ("gout", "flu")
    for kind in KINDS
]


def by_kind(question: str, passage: str) -> float:
    """Knows the kind of question by its name, and nothing of the topic."""
    return float(sum(kind in question and kind in passage for kind in KINDS))


def by_both(question: str, passage: str) -> float:
    return by_kind(question, passage) + sum(topic in question and topic in passage for topic in ("gout", "flu"))


def test_what_stands_above_is_counted_by_what_is_wrong_with_it() -> None:
    blind = {row["the wrong passage is about"]: row["stands above"] for row in stands_above(HELD, by_kind, 1)}
    assert blind["the same topic, another question"] == 0.0
    assert blind["another topic, the same kind of question"] == 1.0  # it cannot tell the topics apart
    assert all(row["stands above"] == 0.0 for row in stands_above(HELD, by_both, 1))
    assert all(row["n"] > 0 for row in stands_above(HELD, by_both, 1))


def test_unseen_phrasings_and_source_have_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "pubmedqa.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for row in (
            {"pmid": "1", "question": "does gout hurt?", "contexts": ["gout was seen in ten", "all said it hurt"]},
            {"pmid": "2", "question": "does flu spread?", "contexts": ["flu was seen in schools", "it spread"]},
        ):
            file.write(json.dumps(row) + "\n")
    rows = {row["kept from the training"]: row for row in unseen(HELD, path, by_both, 1)}
    assert [row["n"] for row in rows.values()] == [8, 8, 8, 8, 8, 2]
    assert rows["topics; questions as they were published"]["first"] == 1.0
    assert rows["the whole source: PubMedQA"]["first"] == 1.0


def test_every_group_counts_each_answer_once() -> None:
    found = subgroups(HELD, {one.text: "SITE" for one in HELD}, by_both, 1)
    counts: dict[object, int] = {}
    for row in found:
        counts[row["group"]] = counts.get(row["group"], 0) + int(str(row["n"]))
    assert set(counts.values()) == {len(HELD)}


def sure(heat: float, questions: int = 4000) -> list[Read]:
    """Questions whose first place is right as often as the scores, divided by `heat`, say."""
    dice, read = np.random.default_rng(5), []
    for _ in range(questions):
        scores = dice.normal(size=4) * 3
        chances = np.exp(scores / heat)
        right = np.zeros(4, dtype=bool)
        right[dice.choice(4, p=chances / chances.sum())] = True
        read.append(Read(scores, right))
    return read


@pytest.mark.parametrize("heat", [0.5, 1.0, 2.5])
def test_the_temperature_is_found_and_then_what_is_said_is_found(heat: float) -> None:
    read = sure(heat)
    assert temperature(read) == pytest.approx(heat, abs=TEMPERATURES[0])
    rows, _ = reliability(read)
    assert all(abs(row["said"] - row["found"]) < 0.12 for row in rows if row["n"] > 50)
    assert sum(row["n"] for row in rows) == len(read) // 2


def asked(first: str, relevant: Mapping[str, int], kind: str = "treatment") -> Asked:
    orders: Mapping[str, Sequence[str]] = {"way": (first, *sorted({"a", "b", "c"} - {first}))}
    return Asked("how is gout treated", {"question_type": kind, "source": "NIH"}, orders, relevant, 0.7, 0.3)


SEARCHED = Searched(
    [asked("a", {"a": 1}), asked("b", {"a": 1}), asked("c", {"a": 1}), asked("c", {"a": 1})],
    {name: Passage(name, title, "words") for name, title in (("a", "Gout"), ("b", "gout"), ("c", "Flu"))},
    {"a": "treatment", "b": "symptoms", "c": "treatment"},
)


def test_errors_say_what_was_asked_for_what_came_and_whether_the_topic_was_right() -> None:
    assert came_first(SEARCHED, "way") == [
        {"asked for": "treatment", "came first": "treatment", "topic": "another, or another name of it", "n": 2},
        {"asked for": "treatment", "came first": "symptoms", "topic": "the same, by its title", "n": 1},
    ]


def test_a_subgroup_has_the_mean_of_its_questions() -> None:
    [kind] = [row for row in of_searches(SEARCHED, {"shown": "way"}) if row["group"] == "kind of question"]
    assert kind["value"] == "treatment" and kind["n"] == 4
    assert kind["shown"] == pytest.approx((1 + 3 / np.log2(3)) / 4, abs=0.001)  # once first, three times second


@pytest.mark.parametrize("model", ["embedder", "reranker"])
def test_the_shipped_cards_show_subgroups_errors_and_how_sure_they_are(model: str) -> None:
    tables = read_cards()[model]["tables"]
    groups = {row["group"] for row in tables["subgroups"]}
    assert {"kind of question", "site", "words of the passage", "passages with this title"} <= groups
    for group in groups:
        assert sum(row["n"] for row in tables["subgroups"] if row["group"] == group) == 300
    with_it = read_cards()[model]["comparison"]["development set, with the model"]
    assert sum(row["n"] for row in tables["came_first"]) == round(300 * (1 - with_it["first"]))
    assert tables["near_enough" if model == "embedder" else "reliability"]
