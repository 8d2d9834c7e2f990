"""Imports go down only: the levels of the house, read from the source of every module."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.imports import (
    CHECKS,
    FOUND_BY,
    PURE_ROOMS,
    RANK,
    WITHIN,
    Module,
    eager_training,
    foreign,
    modules,
    private,
    registered,
    upward,
    upward_in_app,
    upward_in_checks,
    upward_within,
    worldly,
)

ROOT = Path(__file__).parents[2]
SERVICE = modules(ROOT, "cds_service")
APP = modules(ROOT, "smart_app")
EXPORT = modules(ROOT, "model_export")


def test_every_module_of_the_service_was_read() -> None:
    rooms = {module.room for module in SERVICE}
    assert rooms >= PURE_ROOMS, "a pure room is missing, or the test looks in the wrong place"
    assert rooms <= RANK.keys(), f"{rooms - RANK.keys()} has no level: give it one in imports.py"


def test_no_room_imports_a_higher_one() -> None:
    assert [wrong for module in SERVICE for wrong in upward(module)] == []


def test_the_pure_levels_know_no_network_disk_clock_or_chance() -> None:
    assert [wrong for module in SERVICE for wrong in worldly(module)] == []


def test_the_service_knows_neither_the_app_nor_the_training_code_nor_the_tests() -> None:
    unknown = ("smart_app", "model_export", "tests", "fixtures")
    assert [wrong for module in SERVICE for wrong in foreign(module, *unknown)] == []


def test_the_app_knows_the_service_and_nothing_else_of_ours() -> None:
    assert [wrong for module in APP for wrong in foreign(module, "model_export", "tests", "fixtures")] == []


def test_no_package_of_the_app_imports_a_higher_one_or_another_page() -> None:
    assert [wrong for module in APP for wrong in upward_in_app(module)] == []


@pytest.mark.parametrize("room", WITHIN)
def test_no_part_of_a_room_imports_a_higher_one(room: str) -> None:
    inside = [module for module in SERVICE if module.room == room]
    assert {part for level in WITHIN[room] for part in level} == {module.part for module in inside}
    assert [wrong for module in inside for wrong in upward_within(module)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cds_service/web/ops/logs.py", "from cds_service.web.hooks.invoke import service_url"),
        ("cds_service/web/edge/bodies.py", "def late():\n    from cds_service.web import questions"),
        ("cds_service/web/auth/jose.py", "from cds_service.web.pages.page import page_of"),
        ("cds_service/web/attic.py", ""),
        ("cds_service/knowledge/about.py", "from cds_service.knowledge.kinds.conditions import Condition"),
        (
            "cds_service/knowledge/kinds/age.py",
            "if TYPE_CHECKING:\n    from cds_service.knowledge.knowledge import Knowledge",
        ),
        ("cds_service/store/trail/audit.py", "from cds_service.store.calls.invocations import write"),
        ("cds_service/store/calls/cards.py", "from cds_service.store import open_store"),
        ("cds_service/store/cellar/wine.py", ""),
    ],
)
def test_an_import_within_a_room_that_goes_up_is_found(tmp_path: Path, path: str, source: str) -> None:
    assert list(upward_within(written(tmp_path, path, source))) != []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("smart_app/record/facts.py", "from smart_app.library.related import RelatedEvidence"),
        ("smart_app/smart/oauth.py", "from smart_app.sessions.views import View"),
        ("smart_app/evidence/pages.py", "def late():\n    from smart_app.feedback.opinions import feedback"),
        ("smart_app/wiring.py", "from smart_app import create_app"),
        ("smart_app/attic.py", ""),
    ],
)
def test_an_import_of_the_app_that_goes_up_or_sideways_is_found(tmp_path: Path, path: str, source: str) -> None:
    assert list(upward_in_app(written(tmp_path, path, source))) != []


def test_each_file_among_the_checks_is_one_check_and_imports_no_other() -> None:
    room = [module for module in SERVICE if module.room == CHECKS]
    files = [module for module in room if len(module.path.parts) == 3 and module.part not in FOUND_BY]
    assert {str(module.path): registered(module) for module in files if registered(module) != 1} == {}
    shared = [module for module in room if len(module.path.parts) > 3]
    assert [str(module.path) for module in shared if registered(module)] == []
    assert [wrong for module in (*files, *shared) for wrong in upward_in_checks(module)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cds_service/checks/age.py", "from cds_service.checks.pregnancy import pregnancy"),
        ("cds_service/checks/stating/findings.py", "from cds_service.checks.age import age"),
        ("cds_service/checks/stating/findings.py", "from cds_service.checks.matching.targets import targets"),
        ("cds_service/checks/pairs/doubling.py", "from cds_service.checks import check"),
        ("cds_service/checks/pairs/doubling.py", "from cds_service.checks.registry import check"),
        ("cds_service/checks/attic/old.py", ""),
    ],
)
def test_a_check_that_leans_on_another_is_found(tmp_path: Path, path: str, source: str) -> None:
    assert list(upward_in_checks(written(tmp_path, path, source))) != []


def test_a_file_of_two_checks_or_none_is_found(tmp_path: Path) -> None:
    both = "@check(id='a')\ndef a(): ...\n@check(id='b')\ndef b(): ...\ndef _c(): ..."
    assert registered(written(tmp_path, "cds_service/checks/renal.py", both)) == 2
    assert registered(written(tmp_path, "cds_service/checks/renal.py", "def _shared(): ...")) == 0


def test_no_module_imports_what_another_keeps_to_itself() -> None:
    ours = ("cds_service", "smart_app", "model_export", "tests", "fixtures")
    assert [wrong for module in modules(ROOT, *ours) for wrong in private(module, *ours)] == []


def test_an_import_of_a_private_name_is_found(tmp_path: Path) -> None:
    source = "from cds_service.chart.medications.naming import _besides\nfrom flask import _anything\n"
    assert len(list(private(written(tmp_path, "cds_service/checks/renal.py", source), "cds_service"))) == 1


def test_training_libraries_are_imported_only_inside_functions_and_only_by_the_training_code() -> None:
    assert [wrong for module in EXPORT for wrong in eager_training(module)] == []
    served = (wrong for module in (*SERVICE, *APP) for wrong in foreign(module, "torch", "transformers", "optimum"))
    assert list(served) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cds_service/facts.py", "from cds_service.chart import Chart"),
        ("cds_service/tools/egfr.py", "import cds_service.knowledge.rows"),
        ("cds_service/chart/build.py", "from cds_service import checks"),
        ("cds_service/checks/renal.py", "def run():\n    from cds_service.engine import assess"),
        ("cds_service/cards/card.py", "from cds_service.store import Store"),
        ("cds_service/chart/deep/model.py", "from ...engine import assess"),
        ("cds_service/store/schema/calls.py", "from cds_service.answer import answer"),
        ("cds_service/answer.py", "if TYPE_CHECKING:\n    from cds_service.web.hooks import invoke"),
        ("cds_service/models/wiring.py", "from cds_service import create_app"),
        ("cds_service/attic.py", ""),
    ],
)
def test_an_import_that_goes_up_is_found(tmp_path: Path, path: str, source: str) -> None:
    assert list(upward(written(tmp_path, path, source))) != []


@pytest.mark.parametrize(
    "source",
    [
        "import flask",
        "from onnxruntime import InferenceSession",
        "import os.path",
        "from pathlib import Path",
        "def late():\n    import requests",
        "from time import monotonic",
        "rows = open('drugs.csv')",
        "import datetime\nnow = datetime.now()",
        "from datetime import date\nday = date.today()",
    ],
)
def test_a_pure_level_that_touches_the_world_is_found(tmp_path: Path, source: str) -> None:
    assert list(worldly(written(tmp_path, "cds_service/checks/renal.py", source))) != []
    assert list(worldly(written(tmp_path, "cds_service/web/hooks/invoke.py", source))) == []


def test_a_training_library_at_the_top_of_a_module_is_found(tmp_path: Path) -> None:
    early = written(tmp_path, "model_export/train.py", "import torch.nn")
    late = written(tmp_path, "model_export/making/quantize.py", "def quantize():\n    import torch.nn")
    assert list(eager_training(early)) != []
    assert list(eager_training(late)) == []


def test_an_import_of_a_foreign_package_is_found(tmp_path: Path) -> None:
    assert (
        list(foreign(written(tmp_path, "cds_service/web/pages/start.py", "from smart_app import pages"), "smart_app"))
        != []
    )


def test_imports_that_go_down_or_stay_are_fine(tmp_path: Path) -> None:
    source = "from cds_service.chart import Chart\nfrom cds_service.claims import Claims\nimport json"
    module = written(tmp_path, "cds_service/cards/card.py", source)
    assert [*upward(module), *worldly(module)] == []


def written(folder: Path, path: str, source: str) -> Module:
    """The module as the test reads it from disk."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")
    found = {module.path.as_posix(): module for module in modules(folder, path.partition("/")[0])}
    return found[path]
