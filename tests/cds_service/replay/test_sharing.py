"""What is for sharing shows no number from 1 to 10, and none follows from what it shows; whatever was counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import Graded
from cds_service.replay.plan import Plan
from cds_service.replay.report import Report, report_of
from cds_service.replay.sharing import shareable
from cds_service.replay.summary import summary_of
from cds_service.replay.tally import Tally
from cds_service.settings import Settings
from tests.charts import knowledge

PLAN = Plan(Settings.from_env({}))
SMALL = range(1, 11)
counts = some.one_of(some.just(0), some.integers(0, 12), some.integers(0, 400))
RULES = (
    ("drug-interaction", "ddi-warfarin--sulfamethoxazole"),
    ("drug-interaction", "ddi-ace-inhibitor--nsaid"),
    ("renal-dosing", "renal-metformin-egfr-0-30"),
    ("age", "age-aspirin-child"),
    ("route", "no-such-row"),
)
SHOWN = ("critical", "warning", "info")


@some.composite
def tallies(draw: some.DrawFn) -> Tally:
    tally = Tally()
    for topic, rule in RULES:
        for indicator in SHOWN:
            times = draw(counts)
            tally.count("cards", "medication-safety", "order-sign", topic, rule, indicator, "warfarin", times=times)
    orders = draw(some.integers(1, 3000))
    tally.count("orders", "order-sign", times=orders)
    tally.count("patients", times=draw(counts))
    tally.count("calls", "medication-safety", "order-sign", "answered", times=orders)
    for what in ("cards", "interrupting"):
        tally.count("calls with", "medication-safety", "order-sign", what, times=draw(some.integers(0, orders)))
        for number in ("0", "1", "7"):
            tally.count("encounters by", what, number, times=draw(counts))
            tally.count("clinician month", f"abc 2020-0{int(number) + 1}", what, times=draw(counts))
            tally.count("month", f"2020-0{int(number) + 1}", what, times=draw(counts))
    for rxcui, name in (("11289", "warfarin"), ("6809", "metformin"), ("1191", "aspirin")):
        tally.count("ordered", rxcui, name, times=draw(counts))
    for told in ("active today", "stated end", "90 days assumed"):
        tally.count("taken until", told, times=draw(counts))
    reason = "allergy 'Ruth is allergic to tape': not recognised"
    tally.count("not assessed", "medication-safety", "drug-allergy", reason, times=draw(counts))
    tally.count("not recognised", "Ruth Alder's drops", times=draw(counts))
    tally.place("calls.jsonl:7", "refused")
    return tally


@cache
def few_rules() -> Knowledge:
    """Those that fire, and some of each table that never do: thousands more of these would be as silent."""
    named = {rule for _, rule in RULES}
    rows = {
        table: tuple(row for n, row in enumerate(rows) if n < 20 or not isinstance(row, Graded) or row.id in named)
        for table, rows in knowledge().rows.items()
    }
    return replace(knowledge(), rows=rows)


def report(tally: Tally) -> Report:
    return report_of(tally, PLAN, ["medication-safety"], few_rules(), None)


def numbers(value: Any) -> Iterator[int]:
    """Every count in it; how many rules there are is our own matter, and a share of a count is no count."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, dict):
        ours = ("rules_summary", "asked", "files", "damaged", "median", "quartiles")
        yield from (number for name, one in value.items() if name not in ours for number in numbers(one))
    elif isinstance(value, list):
        yield from (number for one in value for number in numbers(one))


@given(tallies())
@settings(max_examples=60, deadline=None)
def test_no_count_from_1_to_10_is_shown_nor_follows(tally: Tally) -> None:
    exact = report(tally)
    share = shareable(exact)
    assert [number for number in numbers(share) if number in SMALL] == []
    for line, true in zip(share["burden"]["at_signing"], exact["burden"]["at_signing"], strict=True):
        assert_parts([(line[one], true[one]) for one in SHOWN], line["cards"])
    (total,) = [one["cards"] for one in share["burden"]["at_signing"]] or [0]
    topics = list(zip(share["topics"], exact["topics"], strict=True))
    assert_parts([(line["cards"], true["cards"]) for line, true in topics], total)
    for line, true in topics:
        assert_parts([(line[one], true[one]) for one in SHOWN], line["cards"])
        mine = [pair for pair in zip(share["rules"], exact["rules"], strict=True) if is_fired(pair[1], true["topic"])]
        assert_parts([(shown["cards"], rule["cards"]) for shown, rule in mine], line["cards"])
    for spread in (one for name in ("per_encounter", "per_clinician_month") for one in share["burden"][name].values()):
        if spread["mean"] is not None:
            assert round(spread["mean"] * spread["number"]) not in SMALL


def is_fired(rule: Report, topic: str) -> bool:
    return bool(rule["cards"]) and rule["topic"] == topic


def assert_parts(parts: list[tuple[int | None, int]], total: int | None) -> None:
    """Hidden parts of a total that is shown: never one alone, never a small sum. Of a hidden one no part is shown."""
    if total is None:
        assert not any(shown for shown, _ in parts)
    hidden = [true for shown, true in parts if shown is None]
    if total is not None and hidden and len([one for one in parts if one[1]]) > 1:
        assert len(hidden) > 1 and sum(hidden) not in SMALL


@given(tallies())
@settings(max_examples=20, deadline=None)
def test_no_word_of_a_chart_is_shown(tally: Tally) -> None:
    share = shareable(report(tally))
    assert "Ruth" not in json.dumps(share) + summary_of(share)
    assert "calls.jsonl" not in json.dumps(share)


def test_the_page_describes_every_member_of_the_report() -> None:
    page = (Path(__file__).parents[3] / "cds_service/replay/REPLAY.md").read_text("utf-8")
    described = {
        name
        for line in page.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert described == report(Tally()).keys()
