"""The sentences that the text reader is trained on are what they say they are; without a trained one it says so."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from model_export.__main__ import main
from model_export.assertions.reader import marked
from model_export.assertions.sentences import HEADS, Generator, Sentence, families, own_mentions, slots, templates
from model_export.tasks import text_reader

FOCI = ("F", "Fproc", "Fdrug", "Fhabit", "clause")
DATA = Path(__file__).parents[1] / "data" / "assertion_apart.tsv"


def sentences(seed: int, *chosen: str) -> list[Sentence]:
    generator = Generator(Random(seed), chosen or families(), own_mentions())
    return [generator.sentence() for _ in range(300)]


def test_every_family_says_that_something_holds_and_that_nothing_does() -> None:
    assert len(families()) >= 8
    for head in range(len(HEADS)):
        assert any(one.flags[head] for one in templates())
    for family in families():
        assert len({one.flags for one in templates() if one.family == family}) > 1, family


def test_every_template_has_one_focus_and_known_slots() -> None:
    for one in templates():
        assert sum(one.text.count(f"{{{name}}}") for name in FOCI) == 1, one.text
        assert set(re.findall(r"\{(\w+)\}", one.text)) <= {*slots(), *FOCI, "O"}, one.text


def test_the_mention_stands_where_the_sentence_says() -> None:
    known = {name.lower() for names in own_mentions().values() for name in names}
    for one in sentences(3):
        mention = one.text[slice(*one.span)].lower()
        assert mention in known or mention.split(" ", 1)[1] in known


def test_the_same_seed_gives_the_same_sentences_of_the_families_asked_for() -> None:
    assert sentences(5) == sentences(5)
    assert {one.family for one in sentences(5, "imaging", "past")} == {"imaging", "past"}


def test_only_the_pieces_of_the_mention_are_marked() -> None:
    assert marked([(0, 0), (0, 2), (3, 6), (6, 8), (9, 10), (0, 0)], (3, 8)) == [0, 0, 1, 1, 0, 0]


def test_without_a_trained_network_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "WORK", tmp_path)
    result = CliRunner().invoke(main, ["evaluate", "text-reader", "--data", str(DATA)])
    assert result.exit_code == 1 and "train text-reader" in result.output
