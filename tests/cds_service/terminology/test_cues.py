"""Cues are whole words, and looking for them costs one look at most places of a text."""

from __future__ import annotations

import pytest

from cds_service.terminology.assertion.cues import closes, phrases


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no fever", ["no"]),
        ("a node, well-no, casino", []),
        ("no evidence of stones", ["no evidence of"]),
        ("no evidence offered", ["no"]),  # the longer cue does not end here, the shorter one does
        ("she denies it; no", ["denies", "no"]),
    ],
)
def test_a_cue_is_found_as_whole_words_alone(text: str, found: list[str]) -> None:
    assert phrases("no evidence of", "no", "denie[sd]").findall(text) == found


def test_what_closes_a_cue_is_a_word_or_a_mark() -> None:
    ends = closes("but", "and (?:he|she)", marks=",;")
    assert ends.findall("no pain, but a rash; and she coughs. Butter") == [",", "but", ";", "and she", "."]


def test_what_stands_before_a_cue_is_looked_at_once_for_all_of_them() -> None:
    """Of twenty cues each would look for itself at every letter: reading a note then costs twice as much."""
    assert phrases(*map(str, range(20))).pattern.count("(?<!") == 1
