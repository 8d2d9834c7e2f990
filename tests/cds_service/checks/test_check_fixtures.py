"""Each check against whole hook calls over HTTP: where it speaks, is near, is silent, and is blind.

`fixtures/checks/<check id>/` holds the calls, each with what is expected of it. A check without them is refused here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_service.checks import CHECKS, Check
from fixtures.ehr.stories import resolve_dates
from tests.running_service import RunningService

FOLDER = Path(__file__).parents[3] / "fixtures" / "checks"
KINDS = ("fires", "silent", "irrelevant", "missing")
FILES = sorted(FOLDER.glob("*/*.json"))


def lacking(check: Check, folder: Path) -> list[str]:
    """What a check still needs before it can be trusted."""
    missing = [f"{kind}.json" for kind in KINDS if not (folder / check.id / f"{kind}.json").is_file()]
    documented = check.words.strip() and sys.modules[check.run.__module__].__doc__
    return [*missing, *([] if documented else ["a docstring"])]


def uncited(rule: str, detail: str, knowledge: Any) -> list[str]:
    """Why a finding does not speak from a source that the reader can open."""
    row = knowledge.cited.get(rule)
    if row is None:
        return [f"{rule} is no row of ours"]
    source = knowledge.sources.get(row.source)
    if source is None or not row.locator:
        return [f"{rule} has no source or no place in it"]
    return [] if f"({source.url})" in detail else [f"the card does not link the source of {rule}"]


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_every_check_has_its_four_calls_and_a_docstring(check: Check) -> None:
    assert lacking(check, FOLDER) == []


def test_a_check_without_calls_or_docstring_is_found(tmp_path: Path) -> None:
    bare = replace(next(iter(CHECKS.values())), words="")
    assert lacking(bare, tmp_path) == [*(f"{kind}.json" for kind in KINDS), "a docstring"]


def test_every_folder_of_calls_belongs_to_a_check() -> None:
    assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} == CHECKS.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_call_is_answered_as_its_file_expects(service: RunningService, file: Path) -> None:
    case = json.loads(file.read_text("utf-8"))
    reply = service.ask(resolve_dates(case["request"], datetime.now(UTC)), CHECKS[file.parent.name].service)
    expected = case["expect"]
    assert len(reply.findings) == len(expected["cards"]), reply.findings
    for found, wanted in zip(reply.findings, expected["cards"], strict=True):
        assert found == {**found, **wanted}
    for reason in expected["not_assessed"]:
        assert any(reason in said for said in reply.not_assessed), reply.not_assessed


@pytest.mark.covers("E-98")
@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_what_a_check_says_speaks_from_a_source(service: RunningService, check: Check) -> None:
    case = json.loads((FOLDER / check.id / "fires.json").read_text("utf-8"))
    reply = service.ask(resolve_dates(case["request"], datetime.now(UTC)), check.service)
    assert service.rooms is not None
    # Another check may have a word about the same order: two products with acetaminophen are a duplicate, too.
    own = [card for card in reply.cards if card["extension"]["org.countersign.concern"]["check"] == check.id]
    assert own
    for card in own:
        concern = card["extension"]["org.countersign.concern"]
        if concern["rule"] != "not-assessed":  # it names what nobody looked at, and claims nothing about medicine
            assert uncited(concern["rule"], card["detail"], service.rooms.knowledge) == []


def test_a_finding_without_a_source_is_found(service: RunningService) -> None:
    assert service.rooms is not None
    assert uncited("ddi-of-our-dreams", "no link", service.rooms.knowledge) != []
    assert uncited("ddi-warfarin--sulfamethoxazole", "no link", service.rooms.knowledge) != []


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_the_four_calls_are_four_kinds(check: Check) -> None:
    """A near miss that fires, or a concern that is not expected to show, would prove nothing."""
    cards = {kind: expected(check, kind)["cards"] for kind in KINDS}
    assert [card for card in cards["fires"] if card["topic"] == check.topic], "fires: no card of its topic"
    assert cards["silent"] == [] and cards["irrelevant"] == []
    assert expected(check, "missing")["not_assessed"], "missing: nothing is said about what was not looked at"


def expected(check: Check, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((FOLDER / check.id / f"{kind}.json").read_text("utf-8"))["expect"]
    return found
