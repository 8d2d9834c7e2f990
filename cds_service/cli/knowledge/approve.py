"""`knowledge approve`: a site puts its own review beside a row; the approved row stands in the site's folder.

An approver is never its author, and a review holds for at most a year. The row is copied as it is, so that a later
release of ours does not change what was approved: `knowledge diff` shows what has changed since.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.cli import put_on_record
from cds_service.cli.knowledge.tables import tables
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.knowledge.rows import Cited

OURS = "Countersign"  # the author of the shipped rows
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("approve")
@click.argument("ids", nargs=-1, required=True)
@click.option("--role", required=True, help='In which role: "pharmacist", "physician".')
@click.option("--approver", required=True, help="Who approves: a name or staff id of this site.")
@click.option("--author", default=OURS, show_default=True, help="Who wrote the rows; must be somebody else.")
@click.option("--review-by", type=_DAY, required=True, help="When they are reviewed again, within 12 months.")
def approve(ids: tuple[str, ...], role: str, approver: str, author: str, review_by: datetime) -> None:
    """Approve the rows IDS at this site: copies of them, with the review, go into COUNTERSIGN_KNOWLEDGE_DIR."""
    settings = Settings.from_env()
    folder = settings.knowledge_dir
    if folder is None:
        raise click.UsageError("set COUNTERSIGN_KNOWLEDGE_DIR to the folder of this site's own tables")
    review = _review(role, approver, author, datetime.now(UTC).date(), review_by.date())
    folder.mkdir(parents=True, exist_ok=True)
    cited = tables().cited
    unknown = [one for one in ids if one not in cited]
    if unknown:
        raise click.UsageError(f"no row {', '.join(unknown)}")
    about = {"count": len(set(ids)), "role": role, "version": tables().version}
    put_on_record(settings, "approve-knowledge", "begun", about)
    for one in dict.fromkeys(ids):
        _put(folder, cited[one], review)
    tables()  # what was written must load; otherwise the error names file and line
    put_on_record(settings, "approve-knowledge", "done", about)
    click.echo(f"{len(set(ids))} rows approved until {review_by:%Y-%m-%d}.")


def _review(role: str, approver: str, author: str, today: date, by: date) -> str:
    from cds_service.knowledge.columns import REVIEW

    if _same(approver, author):
        raise click.UsageError("who wrote a row does not approve it")
    review = f"{role}|{today}|{by}|{approver}|{author}"
    if not REVIEW.fullmatch(review):
        raise click.UsageError("role, approver and author are words without | in them")
    if not 0 < (by - today).days <= 366:
        raise click.UsageError("the next review must come within 12 months")
    return review


def _same(one: str, other: str) -> bool:
    return " ".join(one.lower().split()) == " ".join(other.lower().split())


def _put(folder: Path, row: Cited, review: str) -> None:
    """The row's own cells with the review, in the site's table of its kind; in place of an earlier copy."""
    from cds_service.knowledge.cells import read_rows
    from cds_service.tables import read_tables

    everything = read_tables(folder)
    cells = next(cells for cells in read_rows(everything, row.table, row.key) if cells.place == row.place)
    path = folder / row.table
    kept = list(csv.DictReader(StringIO(path.read_text("utf-8-sig")))) if path.exists() else []
    same = tuple(cells.values[name] for name in row.key)
    kept = [one for one in kept if tuple(one[name] for name in row.key) != same]
    written = StringIO()
    writer = csv.DictWriter(written, list(cells.values), lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows([*kept, {**cells.values, "review": review}])
    part = path.with_suffix(".part")
    part.write_text(written.getvalue(), "utf-8")
    part.replace(path)
