"""`governance backup`: copy the main SQLite database while the service runs."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.settings import Settings


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the main database into a new FILE (mode 0600). For PostgreSQL use pg_dump.

    The copy opens with the data keys of its day only: keep those too, and in another place.
    """
    from cds_service.cli import opened_store
    from cds_service.store import AuditEvent
    from cds_service.store.upkeep.backup import back_up

    settings = Settings.from_env()
    with opened_store(settings) as store:
        waiting = store.pending()
        # Before the copy is made: one that is broken off is on record too.
        store.audit(AuditEvent("export-backup", "begun"))
        back_up(settings, file)
        store.audit(AuditEvent("export-backup", "done"))
    click.echo(f"Copied. {waiting} records wait in the journal and are not in it." if waiting else "Copied.")
