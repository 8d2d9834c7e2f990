"""Text on a card can do nothing: it is one line, without markup of its own, cut at a whole character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cds_service.cards.text import cut, escaped, fitted, plain, short, titled

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![](http://evil.example/p)",
    "http://evil.example www.evil.example mailto:a@b.c",
    "`code` **bold** _it_ ~~gone~~ | cell | # head > quote &lt;",
    "\x1b[31mred\x1b[0m",
    "{{7*7}}",
    "a\\",
]
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_its_own_characters(text: str) -> None:
    tokens = MARKDOWN.parseInline(escaped(text))[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens) == plain(text)


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\x00", "\x1b", "\u00ad", "\ue000"])
def test_what_cannot_be_seen_is_left_out(char: str) -> None:
    assert plain(f"ad{char}vil") == "advil"


@pytest.mark.covers("E-91")
def test_the_parts_of_an_emoji_stay_together() -> None:
    nurse = "👩🏽\u200d⚕\ufe0f"
    assert plain(nurse) == nurse
    assert cut(f"ab{nurse}cd", 6) == "ab…"
    assert cut("abe\u0301d", 4) == "ab…"


def test_blanks_and_line_breaks_become_one_blank() -> None:
    assert plain(" a\n\n\tb\u2028c ") == "a b c"


def test_a_cut_never_leaves_half_an_escape() -> None:
    assert cut("ab\\*cd", 4) == "ab…"


def test_a_megabyte_is_cut_before_it_is_cleaned_and_says_so() -> None:
    assert plain("\u200b" * 1_000_000) == "…"
    assert len(plain("x" * 1_000_000, 50)) == 50


@given(text=st.text(max_size=300), limit=st.integers(1, 60))
@pytest.mark.covers("E-91")
def test_any_text_becomes_one_visible_line_within_its_limit(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert len(line) <= limit and "\n" not in line and line == line.strip()


def test_optional_blocks_go_before_the_words_are_cut_and_the_evidence_stays_whole() -> None:
    assert fitted(["head"], ["one", "two"], ["tail"], 19) == "head\n\none\n\ntail"
    assert fitted(["h" * 40], ["one"], ["evidence"], 30) == f"{'h' * 19}…\n\nevidence"
    assert fitted(["head"], [], [], 3) == "he…"


@given(
    head=st.lists(st.text(max_size=80), min_size=1, max_size=3),
    optional=st.lists(st.text(max_size=80), max_size=4),
    tail=st.lists(st.text(min_size=1, max_size=30), max_size=2),
)
def test_blocks_always_fit(head: list[str], optional: list[str], tail: list[str]) -> None:
    whole = fitted(head, optional, tail, 120)
    assert len(whole) <= 120
    assert whole.endswith("\n\n".join(tail))


@given(text=st.text(max_size=300), limit=st.integers(12, 60))
def test_any_order_is_named_within_the_limit(text: str, limit: int) -> None:
    name = short(text, limit)
    assert len(name) <= limit and "\n" not in name
    assert name or not plain(text)


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ("amox 500 tid", "amox 500 tid"),
        ("lisinopril 10 mg tablet take one tablet by mouth every morning", "lisinopril 10 mg…"),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", "24 HR Metformin hydrochloride 500 MG…"),
        ("fentanyl 25 mcg/hr patch apply one patch every 72 hours", "fentanyl 25 mcg/hr…"),
        ("take one tablet of warfarin by mouth in the evening as directed", "take one tablet of warfarin by mouth…"),
    ],
)
def test_a_long_order_is_named_by_drug_and_strength(order: str, named: str) -> None:
    assert short(order, 40) == named


TITLE = "Trimethoprim-sulfamethoxazole induced hyperkalaemia in elderly patients receiving spironolactone: a study"


@given(limit=st.integers(30, 120))
def test_a_long_title_ends_with_a_whole_word_and_an_ellipsis(limit: int) -> None:
    shown = titled(TITLE, limit)
    assert len(shown) <= limit
    if len(TITLE) <= limit:
        assert shown == TITLE
    else:
        assert shown.endswith("…") and TITLE.startswith(shown[:-1]) and TITLE[len(shown) - 1] in " :-,"


def test_a_cut_title_does_not_end_in_half_a_bracket() -> None:
    assert titled("National Library (DailyMed copy of the maker's label)", 40) == "National Library…"
    assert titled("Tablets (film-coated) information of the maker", 34) == "Tablets (film-coated) information…"


def test_a_title_of_one_word_is_cut_all_the_same() -> None:
    assert titled("x" * 50, 20) == "x" * 19 + "…"
