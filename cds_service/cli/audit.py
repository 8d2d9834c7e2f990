"""`audit`: look after the audit trail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cds_service.cli import opened_store
from cds_service.governance.exporting import output_option, period_options, written_to
from cds_service.settings import Settings


@click.group("audit")
def command() -> None:
    """Look after the audit trail."""


@command.command("verify")
def verify() -> None:
    """Recompute every link of the chain; exit status 1 when one does not fit."""
    with opened_store(Settings.from_env()) as store:
        verdict = store.verify_audit()
    if not verdict.intact:
        raise click.ClickException(f"the chain breaks at row {verdict.broken_at} of {verdict.rows}")
    click.echo(f"{verdict.rows} rows, every link fits. Head: {verdict.head}")


@command.command("export")
@period_options
@output_option
@click.option("--format", "shape", type=click.Choice(["ndjson"]), default="ndjson", show_default=True)
def export(start: datetime, end: datetime, output: Path | None, shape: str) -> None:
    """Write the trail of a period as R4 AuditEvents, one JSON object a line. Holds patient ids; is itself audited."""
    from cds_service.governance.audit_events import audit_event
    from cds_service.governance.writing import write_ndjson
    from cds_service.store import AuditEvent

    settings = Settings.from_env()
    with opened_store(settings) as store, written_to(output) as out:
        # Before the first line leaves: an export that is broken off is on record too.
        store.audit(AuditEvent("export-audit", "begun", detail={"reason": shape}))
        events = store.reports.audit(start, end)
        count = write_ndjson(out, (audit_event(row, settings.public_url) for row in events))
        store.audit(AuditEvent("export-audit", "done", detail={"count": count, "reason": shape}))
    click.echo(f"{count} events.", err=True)
