"""`knowledge candidates` and `knowledge reject`: rows drafted from labels, which wait for somebody to read them."""

from __future__ import annotations

import csv
from contextlib import closing
from io import StringIO
from pathlib import Path

import click

from cds_service.cli import put_on_record
from cds_service.settings import Settings


@click.command("candidates")
@click.option("--table", default="", help="Only rows of this table (interactions.csv).")
@click.option("--drug", default="", help="Only rows that speak of this ingredient.")
@click.option("--state", type=click.Choice(["waiting", "approved", "rejected"]), default="waiting", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write them as CSV with the columns of --table.")
def candidates(table: str, drug: str, state: str, output: Path | None) -> None:
    """List rows that were drafted from imported labels. None of them fires."""
    from cds_service.tables.imported import open_imported

    if output and not table:
        raise click.UsageError("--output needs --table: each table has columns of its own")
    with closing(open_imported(Settings.from_env())) as imported:
        rows = list(imported.candidates(state, table, drug))
    if output:
        written = StringIO()
        writer = csv.DictWriter(written, list(rows[0]["cells"]) if rows else ["id"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row["cells"] for row in rows)
        output.write_text(written.getvalue(), "utf-8")
    else:
        for row in rows:
            cells = row["cells"]
            click.echo(f"{row['id']}  {row['table_name']}  {row['drugs'].strip('|').replace('|', ' + ')}")
            click.echo(f"    {cells['harm']}: {row['quote']}")
            click.echo(f"    {cells['locator']}")
    click.echo(f"{len(rows)} rows {state}.")


@click.command("reject")
@click.argument("ids", nargs=-1, required=True)
def reject(ids: tuple[str, ...]) -> None:
    """Turn drafted rows down: they are not listed again, and importing the label anew does not bring them back."""
    from cds_service.tables.imported import open_imported

    settings = Settings.from_env()
    with closing(open_imported(settings)) as imported:
        unknown = [one for one in ids if imported.candidate(one) is None]
        if unknown:
            raise click.UsageError(f"no candidate {', '.join(unknown)}")
        put_on_record(settings, "reject-knowledge", "begun", {"count": len(ids)})
        for one in ids:
            imported.decide(one, "rejected")
    put_on_record(settings, "reject-knowledge", "done", {"count": len(ids)})
    click.echo(f"{len(ids)} rows rejected.")
