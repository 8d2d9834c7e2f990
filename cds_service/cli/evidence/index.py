"""`evidence index`: after an upgrade of tables or embedder, or an import with --no-index."""

from __future__ import annotations

import click

from cds_service.settings import Settings


@click.command("index")
def command() -> None:
    """Embed what has no vector yet and write the index anew. May be broken off and begun again."""
    from cds_service.cli.evidence.importing import build_index
    from cds_service.store import check_revision

    settings = Settings.from_env()
    check_revision(settings)
    build_index(settings)
