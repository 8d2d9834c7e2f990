"""`knowledge export`: every cited row as a spreadsheet, for those who review it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cds_service.cli.knowledge.tables import tables
from cds_service.governance.exporting import output_option, written_to

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge

COLUMNS = (
    *("id", "kind", "title", "harm", "display", "summary", "management", "supports"),
    *("source", "publisher", "year", "locator", "url", "review", "checked_on", "checked_page", "place"),
)


@click.command("export")
@output_option
@click.option("--format", "shape", type=click.Choice(["csv", "ndjson"]), default="csv", show_default=True)
@click.option("--unreviewed", is_flag=True, help="Only rows that nobody has approved yet.")
def export(output: Path | None, shape: str, unreviewed: bool) -> None:
    """Write every cited row with its source, the place in it and its review."""
    from cds_service.governance.writing import write_csv, write_ndjson

    rows = (row for row in _rows(tables()) if not unreviewed or row["review"] == "unreviewed")
    with written_to(output) as out:
        count = write_csv(out, COLUMNS, rows) if shape == "csv" else write_ndjson(out, rows)
    click.echo(f"{count} rows written.", err=True)


def _rows(knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    for row in knowledge.cited_rows():
        source = knowledge.sources[row.source]
        yield {
            "id": row.id,
            "kind": row.noun,
            "title": row.title(knowledge),
            **{name: getattr(row, name, "") for name in ("harm", "display", "summary", "management")},
            "supports": row.supports,
            "source": source.title,
            "publisher": source.publisher,
            "year": source.year,
            "locator": row.locator,
            "url": source.url,
            "review": row.review,
            **_checked(knowledge, row.id),
            "place": row.place,
        }


def _checked(knowledge: Knowledge, row: str) -> dict[str, str]:
    """When the row was held against which page; empty where it was not."""
    found = knowledge.source_checks.get(row)
    return {"checked_on": found.on.isoformat() if found else "", "checked_page": found.page if found else ""}
