"""`evidence retire`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import click

from cds_service.settings import Settings


@click.command("retire")
@click.argument("name")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The first day on which it is not found; default today.")
def command(name: str, on: datetime | None) -> None:
    """Retire a passage or a whole document. It is no longer found, and cards that cited it still show it."""
    from cds_service.cli.evidence.importing import build_index
    from cds_service.evidence.opening import open_corpus
    from cds_service.store import check_revision

    settings = Settings.from_env()
    check_revision(settings)
    day = (on or datetime.now(UTC)).date()
    with closing(open_corpus(settings)) as corpus:
        count = corpus.retire(name, day)
    if not count:
        raise click.ClickException(f"nothing imported has the id {name}")
    build_index(settings)
    click.echo(f"{count} passages retire on {day}")
