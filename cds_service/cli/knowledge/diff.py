"""`knowledge diff`: which rows an older or newer folder of tables has that ours have not, and what changed in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from cds_service.settings import Settings

Rows = Mapping[tuple[str, ...], Mapping[str, str]]


@click.command("diff")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def diff(folder: Path) -> None:
    """Compare the tables in FOLDER, the older ones, with those that speak here: added (+), removed (-), changed (~).

    Exit status 1 when they differ.
    """
    from cds_service.knowledge import TABLES
    from cds_service.tables import read_tables

    now = read_tables(Settings.from_env().knowledge_dir)
    lines: list[str] = []
    for table in TABLES:
        path = folder / table
        if path.exists() and path.suffix == ".csv":
            lines += _compared(table, _rows(table, {table: path.read_text("utf-8-sig")}), _rows(table, now))
    for line in lines:
        click.echo(line)
    click.echo("1 row differs." if len(lines) == 1 else f"{len(lines)} rows differ.")
    if lines:
        raise click.exceptions.Exit(1)


def _rows(table: str, tables: Mapping[str, str]) -> Rows:
    from cds_service.knowledge.cells import NAME_TABLES, read_rows
    from cds_service.knowledge.rows import KINDS

    key = NAME_TABLES[table] if table in NAME_TABLES else KINDS[table].key
    return {tuple(cells.text(name) for name in key): cells.values for cells in read_rows(tables, table, key)}


def _compared(table: str, before: Rows, now: Rows) -> Iterator[str]:
    for key in sorted(before.keys() | now.keys()):
        name = f"{table}: {' '.join(key)}"
        if key not in before:
            yield f"+ {name}"
        elif key not in now:
            yield f"- {name}"
        else:
            columns = before[key].keys() | now[key].keys()
            changed = sorted(one for one in columns if before[key].get(one, "") != now[key].get(one, ""))
            if changed:
                yield f"~ {name}: {', '.join(changed)}"
