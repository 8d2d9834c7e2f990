"""The README keeps its word: commands parse, settings and stories are all there, and the example check works."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from cds_service.__main__ import main
from cds_service.checks import CHECKS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import KINDS
from cds_service.settings import PREFIX, VARIABLES
from fixtures.ehr.settings import PATIENTS
from fixtures.ehr.stories import load_stories
from smart_app.__main__ import main as start_app
from tests.hook_calls import draft, order_sign
from tests.running_service import ROOT, RunningService, in_this_process, migrated

README = (ROOT / "README.md").read_text("utf-8")
BEHIND = (  # the pages that the README leads to
    ROOT / "cds_service/knowledge/TABLES.md",
    ROOT / "cds_service/store/OPERATING.md",
    ROOT / "cds_service/web/CONNECTING.md",
    ROOT / "cds_service/replay/REPLAY.md",
    ROOT / "model_export/RESULTS.md",
    ROOT / "model_export/RULES.md",
    ROOT / "model_export/assertions/RESULT.md",
    ROOT / "tests/bench/README.md",
)
PAGES = "\n".join([README, *(page.read_text("utf-8") for page in BEHIND)])
COMMANDS = sorted({found.split("  #")[0] for found in re.findall(r"python -m cds_service ([a-z][^`\n]*)", PAGES)})
TARGETS = sorted(set(re.findall(r"\bmake ([a-z-]+)\b(?=`| {2,}|\n)", PAGES)))
MODULES = sorted(set(re.findall(r"\b(tests\.[a-z_.]+[a-z])\b(?!\.)", PAGES)))
RULE = "docusate-daily-dose"
MOST_LINES, LONGEST_CELL = 355, 200  # a cell of two lines of prose


def fenced(language: str) -> str:
    """The only fenced block of a language, without the indent of its list."""
    (found,) = re.findall(rf"^   ```{language}\n(.*?)^   ```$", README, re.MULTILINE | re.DOTALL)
    return re.sub(r"^   ", "", found, flags=re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_we_have_with_options_that_it_takes(command: str) -> None:
    result = CliRunner().invoke(main, [*shlex.split(command), "--help"])
    assert result.exit_code == 0, result.output


def test_commands_and_targets_were_found() -> None:
    assert len(COMMANDS) >= 10
    assert {"run", "test", "bench", "evaluate", "models"} <= set(TARGETS)


def test_the_app_starts_with_the_options_that_are_written_here() -> None:
    (given,) = re.findall(r"python -m smart_app ([^#\n]*?) +#", README)
    assert CliRunner().invoke(start_app, [*shlex.split(given), "--help"]).exit_code == 0


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_is_in_its_table(name: str) -> None:
    assert f"| `{PREFIX}{name.upper()}` |" in PAGES


def test_every_prefetch_key_of_discovery_is_in_its_table_as_it_is(service: RunningService) -> None:
    services = service.get("/cds-services").body["services"]
    found = {key: query for one in services for key, query in one["prefetch"].items()}
    assert dict(re.findall(r"^\| `(\w+)` \| `([^`]*\{\{[^`]*)` \|$", README, re.MULTILINE)) == found


def test_the_tour_names_every_patient_and_types_only_what_the_tests_type() -> None:
    tour = README[README.index("## A tour") : README.index("## What a card says")]
    stories = load_stories(PATIENTS)
    known = {trial.type for story in stories for trial in story.trials}
    rows = re.findall(r"^\| ([^|]*) \| `([^`]+)` \|", tour, re.MULTILINE)
    assert {order for _, order in rows} <= known
    named = {who.partition(",")[0].lower().replace(" ", "-") for who, _ in rows if who.strip()}
    assert named == {story.patient for story in stories}


@pytest.mark.parametrize("page", [ROOT / "README.md", *BEHIND], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^):]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_leads_to_every_page_behind_it_and_each_bench_is_there() -> None:
    assert [page for page in BEHIND if str(page.relative_to(ROOT)) not in README] == []
    assert [name for name in MODULES if importlib.util.find_spec(name) is None] == []


def test_the_readme_is_short_enough_to_be_read() -> None:
    cells = [cell.strip() for line in README.splitlines() if line.startswith("|") for cell in line.split("|")]
    assert [cell for cell in cells if len(cell) > LONGEST_CELL] == []
    assert README.count("\n") <= MOST_LINES


@pytest.mark.parametrize(
    "words",
    [
        "ingredients",
        "interactions",
        "allergy rows",
        "duplicate classes",
        "renal bands",
        "companion rows",
        "drug-disease rows",
        "pregnancy rows",
    ],
)
def test_the_tables_hold_at_least_what_is_said_of_them(service: RunningService, words: str) -> None:
    assert service.rooms is not None
    (said,) = re.findall(rf"(\d+) {words}", README)
    assert counted(service.rooms.knowledge)[words] >= int(said)


def counted(knowledge: Knowledge) -> dict[str, int]:
    return {
        "ingredients": len(knowledge.names.drugs),
        **{kind.noun: len(knowledge.all(kind)) for kind in KINDS.values() if kind.noun},
    }


@pytest.fixture
def with_the_example(tmp_path: Path) -> Iterator[RunningService]:
    """The service of a site that has added the README's row, with the README's check in the registry."""
    site = tmp_path / "tables"
    site.mkdir()
    columns = (ROOT / "cds_service/knowledge/tables/rules.csv").read_text("utf-8").partition("\n")[0]
    (site / "rules.csv").write_text(f"{columns}\n{fenced('csv')}", "utf-8")
    settings = migrated(tmp_path / "run", CLIENT_AUTH="off", KNOWLEDGE_DIR=str(site))
    loaded_from(tmp_path / "example.py", fenced("python"))
    try:
        with in_this_process(settings) as running:
            yield running
    finally:
        del CHECKS[RULE]


def loaded_from(path: Path, code: str) -> ModuleType:
    path.write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location("readme_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_check_works_as_it_stands(with_the_example: RunningService) -> None:
    before = with_the_example.refused_claims()
    loud = with_the_example.ask(order_sign(draft("docusate 200 mg tid")))
    assert loud.card("dose-limit")["indicator"] == "warning"
    assert "600 mg a day: above the daily maximum" in loud.card("dose-limit")["summary"]
    quiet = with_the_example.ask(order_sign(draft("docusate 100 mg bid")))
    assert quiet.cards == []
    blind = with_the_example.ask(order_sign(draft("docusate prn constipation")))
    assert any("daily dose of docusate" in said for said in blind.not_assessed)
    assert with_the_example.refused_claims() == before, "what the card says stands in its facts"
