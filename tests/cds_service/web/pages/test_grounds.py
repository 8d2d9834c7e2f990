"""What a check is said to rest on is what its cards cite, in every call that we have of it, and nothing of others."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cds_service.checks import CHECKS, Check
from cds_service.web.pages.grounds import Ground, grounds_of
from fixtures.ehr.stories import resolve_dates
from tests.acceptance.cases import vignettes
from tests.charts import knowledge
from tests.running_service import RunningService

FILES = sorted((Path(__file__).parents[4] / "fixtures" / "checks").glob("*/fires.json"))


def grounds(check: str) -> dict[str, Ground]:
    return {one.table: one for one in grounds_of(CHECKS[check], knowledge())}


@pytest.fixture(scope="module")
def cited(service: RunningService) -> dict[str, set[str]]:
    """The rows that the cards of each check rest on, in its own calls and in those of the acceptance set."""
    bodies = [(CHECKS[file.parent.name].service, json.loads(file.read_text("utf-8"))["request"]) for file in FILES]
    bodies += [("medication-safety", one.body) for one in vignettes()]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, body in bodies:
        for card in service.ask(resolve_dates(body, datetime.now(UTC)), name).cards:
            concern = card["extension"]["org.countersign.concern"]
            found[concern["check"]] |= {concern["rule"]}
    return found


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_every_row_behind_a_card_is_among_the_grounds_of_its_check(cited: dict[str, set[str]], check: Check) -> None:
    rows = knowledge().cited
    assert cited[check.id], "no card of this check was seen"
    behind = {rows[rule].table for rule in cited[check.id] if rule in rows}
    assert behind <= grounds(check.id).keys()


@pytest.mark.parametrize(
    ("check", "tables"),
    [
        ("hepatic-dosing", {"hepatic.csv", "alternatives.csv"}),
        ("weekly-methotrexate", {"rules.csv"}),
        ("combined-dose", {"combined_limits.csv"}),
        ("repeated-tests", {"repeats.csv"}),
        ("order-recognition", set()),
    ],
)
def test_a_check_names_its_own_tables_and_none_of_another_check_of_its_topic(check: str, tables: set[str]) -> None:
    assert {table for table, one in grounds(check).items() if one.sources} == tables


def test_of_the_rules_in_code_a_check_rests_on_its_own() -> None:
    assert grounds("weekly-methotrexate")["rules.csv"].rows == 1
    conflicts = [rule for rule in knowledge().cited if rule.startswith("order-conflict-")]
    assert grounds("order-conflict")["rules.csv"].rows == len(conflicts) > 1


def test_rows_that_define_have_no_review_and_no_source() -> None:
    monitors = grounds("repeated-tests")["monitors.csv"]
    assert monitors.rows > 0 and monitors.unreviewed is None and monitors.sources == ()
