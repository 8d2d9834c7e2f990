"""`governance retention`: erase what has been kept long enough."""

from __future__ import annotations

from datetime import timedelta

import click

from cds_service.cli import opened_store
from cds_service.settings import Settings


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Print what is due and change nothing.")
@click.option(
    "--most", type=click.IntRange(min=1), default=100_000, show_default=True, help="Of each kind, in one run."
)
@click.option("--clock-is-right", is_flag=True, help="Go on though nothing was recorded in the last seven days.")
def retention(dry_run: bool, most: int, clock_is_right: bool) -> None:
    """Erase calls, comments and audit rows whose periods (COUNTERSIGN_RETAIN_*_DAYS) are over.

    A legal hold keeps what it is about. On PostgreSQL run it as the owner of the tables.
    """
    from cds_service.store import Periods

    settings = Settings.from_env()
    days = (settings.retain_call_days, settings.retain_comment_days, settings.retain_audit_days)
    periods = Periods(*(timedelta(days=number) for number in days))
    with opened_store(settings) as store:
        counts = store.retention.due(periods) if dry_run else store.retention.run(periods, most, clock_is_right)
    click.echo("Due:" if dry_run else "Erased:")
    for number, what, period in (
        (counts.calls, "calls with their cards", f"after {days[0]} days"),
        (counts.comments, "texts of feedback and of answers to it", f"after {days[1]} days"),
        (counts.patients, "patient ids that nothing names any more", ""),
        (counts.audit_rows, "audit rows", f"after {days[2]} days"),
    ):
        click.echo(f"{number:>9} {what} {period}".rstrip())
    click.echo(f"{counts.held:>9} calls are past their period and kept by a legal hold")
