"""`knowledge approve`: a site puts its own review beside a row; the approved row stands in the site's folder.

An approver is never its author, and a review holds for at most a year. The row is copied as it is, so that a later
release of ours does not change what was approved: `knowledge diff` shows what has changed since.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """Approve the rows IDS at this site: copies of them, with the review, go into COUNTERSIGN_KNOWLEDGE_DIR.

    A row drafted from a label (`knowledge candidates`) fires from then on.
    """
    settings = Settings.from_env()
    folder = settings.knowledge_dir
    if folder is None:
        raise click.UsageError("set COUNTERSIGN_KNOWLEDGE_DIR to the folder of this site's own tables")
    review = _review(role, approver, author, datetime.now(UTC).date(), review_by.date())
    folder.mkdir(parents=True, exist_ok=True)
    cited = tables().cited
    drafted = _drafted(settings, [one for one in ids if one not in cited])
    unknown = [one for one in ids if one not in cited and one not in drafted]
    if unknown:
        raise click.UsageError(f"no row {', '.join(unknown)}")
    about = {"count": len(set(ids)), "role": role, "version": tables().version}
    put_on_record(settings, "approve-knowledge", "begun", about)
    with _as_before_when_it_fails(folder):
        for one in dict.fromkeys(ids):
            if one in drafted:
                _write(folder, drafted[one]["table_name"], ("id",), {**drafted[one]["cells"], "review": review})
            else:
                _put(folder, cited[one], review)
        tables()  # what was written must load; otherwise the error names file and line
    _note_approved(settings, drafted)
    put_on_record(settings, "approve-knowledge", "done", about)
    rows = "1 row" if len(set(ids)) == 1 else f"{len(set(ids))} rows"
    click.echo(f"{rows} approved until {review_by:%Y-%m-%d}, in {folder}. The service reads them when it starts again.")


@contextmanager
def _as_before_when_it_fails(folder: Path) -> Iterator[None]:
    """A row that does not fit beside the others leaves the site's files as they were."""
    before = {path: path.read_bytes() for path in folder.glob("*.csv")}
    with ExitStack() as undo:
        undo.callback(_put_back, folder, before)
        yield
        undo.pop_all()


def _put_back(folder: Path, before: Mapping[Path, bytes]) -> None:
    for path in folder.glob("*.csv"):
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()


def _drafted(settings: Settings, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Those of `ids` that were drafted from labels and are not decided on."""
    from cds_service.store import is_missing
    from cds_service.tables.imported import open_imported

    if not ids or is_missing(settings.database_url):
        return {}
    with closing(open_imported(settings)) as imported:
        found = (imported.candidate(one) for one in ids)
        return {row["id"]: row for row in found if row and row["state"] == "waiting"}


def _note_approved(settings: Settings, ids: Collection[str]) -> None:
    from cds_service.tables.imported import open_imported

    if ids:
        with closing(open_imported(settings)) as imported:
            for one in ids:
                imported.decide(one, "approved")


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
    """The row's own cells with the review, in the site's table of its kind."""
    from cds_service.knowledge.cells import read_rows
    from cds_service.tables import read_tables

    everything = read_tables(folder)
    cells = next(cells for cells in read_rows(everything, row.table, row.key) if cells.place == row.place)
    _write(folder, row.table, row.key, {**cells.values, "review": review})


def _write(folder: Path, table: str, key: tuple[str, ...], values: Mapping[str, str]) -> None:
    """Put a row into the site's file, in place of an earlier copy."""
    path = folder / table
    kept = list(csv.DictReader(StringIO(path.read_text("utf-8-sig")))) if path.exists() else []
    same = tuple(values[name] for name in key)
    kept = [one for one in kept if tuple(one[name] for name in key) != same]
    written = StringIO()
    writer = csv.DictWriter(written, list(values), lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows([*kept, values])
    part = path.with_suffix(".part")
    part.write_text(written.getvalue(), "utf-8")
    part.replace(path)
