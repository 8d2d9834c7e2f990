"""`governance`: what those who answer for the service take out of it and put away."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cds_service.cli import opened_store
from cds_service.cli.governance.backup import backup
from cds_service.cli.governance.burden import burden
from cds_service.cli.governance.holds import hold
from cds_service.cli.governance.keys import keys
from cds_service.cli.governance.modes import modes
from cds_service.cli.governance.retention import retention
from cds_service.cli.governance.roles import roles
from cds_service.cli.governance.write_back import write_back
from cds_service.governance.exporting import output_option, period_options, written_to
from cds_service.settings import Settings


@click.group("governance")
def command() -> None:
    """Exports, retention and keys."""


@command.command("export-feedback")
@period_options
@output_option
@click.option("--format", "shape", type=click.Choice(["csv", "ndjson", "fhir"]), default="csv", show_default=True)
def export_feedback(start: datetime, end: datetime, output: Path | None, shape: str) -> None:
    """Write feedback received in a period, joined with what was advised. Is itself audited.

    csv and ndjson hold one row for each event; fhir holds R4 DetectedIssues, one JSON object a line, with patient ids.
    """
    from cds_service.governance.feedback_export import COLUMNS, detected_issues, rows
    from cds_service.governance.writing import write_csv, write_ndjson
    from cds_service.store import AuditEvent

    with opened_store(Settings.from_env()) as store, written_to(output) as out:
        # Before the first line leaves: an export that is broken off is on record too.
        store.audit(AuditEvent("export-feedback", "begun", detail={"reason": shape}))
        events = store.reports.feedback(start, end)
        if shape == "csv":
            count = write_csv(out, COLUMNS, rows(events))
        else:
            count = write_ndjson(out, rows(events) if shape == "ndjson" else detected_issues(events))
        store.audit(AuditEvent("export-feedback", "done", detail={"count": count, "reason": shape}))
    click.echo(f"{count} written.", err=True)


command.add_command(backup)
command.add_command(burden)
command.add_command(hold)
command.add_command(keys)
command.add_command(modes)
command.add_command(retention)
command.add_command(roles)
command.add_command(write_back)
