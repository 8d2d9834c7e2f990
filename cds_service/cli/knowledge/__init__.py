"""`knowledge`: what the tables hold and cover, whether they hold together, what changed, and who approved it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import click

from cds_service.cli.knowledge.approve import approve
from cds_service.cli.knowledge.candidates import candidates, reject
from cds_service.cli.knowledge.coverage import coverage
from cds_service.cli.knowledge.diff import diff
from cds_service.cli.knowledge.export import export
from cds_service.cli.knowledge.importing import importing
from cds_service.cli.knowledge.tables import tables


@click.group("knowledge")
def command() -> None:
    """Look at the clinical tables, ours and a site's in COUNTERSIGN_KNOWLEDGE_DIR, and approve their rows."""


@command.command("stats")
def stats() -> None:
    """Count what the tables hold, and what waits for a review."""
    from cds_service.knowledge.rows import KINDS

    knowledge = tables()
    graded = list(knowledge.graded_rows())
    counts = {
        "ingredients": len(knowledge.names.drugs),
        **{kind.noun: len(knowledge.all(kind)) for kind in KINDS.values() if kind.noun},
        "sources": len(knowledge.sources),
    }
    click.echo(f"version {knowledge.version}")
    for name, count in counts.items():
        click.echo(f"{name:<26} {count:>5}")
    for harm, count in Counter(row.harm for row in graded).most_common():
        click.echo(f"{harm:<26} {count:>5}")
    click.echo(f"{len(graded)} rows can fire; {knowledge.unreviewed} of them are unreviewed, and silent off loopback.")
    overdue = knowledge.overdue(datetime.now(UTC).date())
    if overdue:
        click.echo(f"The review of {len(overdue)} rows is overdue; they keep firing: {', '.join(overdue[:5])}")


@command.command("lint")
def lint() -> None:
    """Load and check every table; the first row that is not usable is named with file and line, exit status 1."""
    knowledge = tables()
    rows = sum(1 for _ in knowledge.cited_rows())
    click.echo(f"{rows} cited rows of {len(knowledge.sources)} sources are usable.")


for _one in (coverage, diff, export, approve, importing, candidates, reject):
    command.add_command(_one)
