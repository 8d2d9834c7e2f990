"""`migrate`: bring the main and the replay database up to date."""

from __future__ import annotations

import click

from cds_service.settings import Settings


@click.command("migrate")
@click.option("--app-role", metavar="ROLE", help="PostgreSQL role that the service runs as; gets only what it needs.")
def command(app_role: str | None) -> None:
    """Bring the databases up to date; doing it twice is harmless. Run it as the owner of the tables."""
    from cds_service.background.queue import prepare
    from cds_service.store import Keyring, migrate
    from cds_service.store.migrate import grant_app_role

    settings = Settings.from_env()
    keyring = Keyring.load(settings)  # on loopback this makes the keys, once
    migrate(settings, keyring)
    prepare(settings)
    if app_role:
        grant_app_role(settings, keyring, app_role)
    click.echo("The databases are up to date.")
