"""What the code logs is on the list of fields: a key that is not would be dropped in silence when it is needed most."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from cds_service.web.ops.logs import FIELDS

ROOT = Path(__file__).parents[2]
LEVELS = frozenset({"debug", "info", "warning", "error", "exception"})


def logged(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each key that is given to a logger."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            yield from ((node.lineno, key.arg) for key in node.keywords if key.arg)


def test_every_key_that_is_logged_is_on_the_list() -> None:
    files = [*(ROOT / "cds_service").rglob("*.py"), *(ROOT / "smart_app").rglob("*.py")]
    found = {(path, *one) for path in files for one in logged(path.read_text("utf-8"))}
    assert len(found) > 20, "the calls were not found"
    missing = sorted(f"{path.relative_to(ROOT)}:{line} {key}" for path, line, key in found if key not in FIELDS)
    assert missing == []


def test_a_key_is_found_where_it_is_logged() -> None:
    assert list(logged('log.warning("claim refused", why="number")')) == [(1, "why")]
