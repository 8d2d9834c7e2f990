"""The table that `conformance` prints is of today, names no unknown id, and every SHALL and SHOULD of ours is met."""

from __future__ import annotations

import json

from click.testing import CliRunner

from cds_service.cli import commands
from cds_service.conformance import requirements
from tests.conformance.marks import OWN, TABLE, marks, table


def test_the_shipped_table_is_up_to_date() -> None:
    assert TABLE.read_text("utf-8") == table(), "type: python -m tests.conformance.marks"


def test_every_mark_names_something_on_the_list() -> None:
    listed = {one.id for one in requirements()}
    assert [(one, where) for one, where in marks() if one not in listed and not one.startswith(OWN)] == []


def test_every_shall_and_should_of_the_service_is_met() -> None:
    binding = ("SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT")
    mine = [one for one in requirements() if one.applies != "app" and one.level in binding]
    assert len(mine) > 200
    assert [one.id for one in mine if one.verdict == "not met"] == []


def test_every_hostile_input_of_the_service_has_its_test() -> None:
    cases = [one for one in requirements() if one.level == "case" and one.id[0] in "ABCDEF"]
    assert len(cases) == 80
    assert [one.id for one in cases if one.verdict != "met"] == []


def test_the_command_prints_each_line_with_its_test_or_why_not() -> None:
    done = CliRunner().invoke(commands()["conformance"], [])
    assert done.exit_code == 0
    lines = {line.split()[0]: line for line in done.output.splitlines() if line}
    assert "tests/" in lines["A3"]
    assert "not applicable" in lines["F10"] and "no icon" in lines["F10"]
    assert "not met, " in done.output.splitlines()[-1]


def test_the_command_prints_json_of_one_verdict() -> None:
    done = CliRunner().invoke(commands()["conformance"], ["--json", "--only", "not applicable"])
    found = json.loads(done.output)
    assert {one["verdict"] for one in found} == {"not applicable"}
    assert all(one["why"] for one in found)
