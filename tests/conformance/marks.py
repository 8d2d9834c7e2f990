"""Which test carries which id: read from the `covers` marks of the test files, without running them.

`python -m tests.conformance.marks` writes the table that the package ships.
"""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "cds_service" / "conformance" / "tests.csv"
OWN = ("design-",)  # promises of ours beyond the list


def marks() -> Iterator[tuple[str, str]]:
    """Each id with the test that carries it, `tests/path.py::name`."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                where = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                yield from ((one, where) for one in _ids(node))


def _ids(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.covers":
            written = f"[{', '.join(map(ast.unparse, mark.args))}]"
            yield from eval(written, {"__builtins__": {"range": range}})  # noqa: S307  our own test files


def table() -> str:
    """The table as it should stand in the package."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "test"])
    writer.writerows(sorted({(one, where) for one, where in marks() if not one.startswith(OWN)}))
    return text.getvalue()


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
