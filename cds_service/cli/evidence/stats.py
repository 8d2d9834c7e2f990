"""`evidence stats`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import click

from cds_service.settings import Settings


@click.command("stats")
def command() -> None:
    """Count passages by whose words they are, jurisdiction and licence; say whether the index is up to date."""
    from cds_service.evidence import mapped
    from cds_service.evidence.opening import index_folder, is_behind, open_corpus
    from cds_service.knowledge.passages import passages_of
    from cds_service.models import load_models
    from cds_service.store import check_revision
    from cds_service.tables import knowledge_of

    settings = Settings.from_env()
    check_revision(settings)
    knowledge, today = knowledge_of(settings), datetime.now(UTC).date()
    click.echo(f"our summary: {sum(1 for _ in passages_of(knowledge))} passages, one for each cited row")
    with closing(open_corpus(settings)) as corpus:
        for row in corpus.stats(today):
            click.echo(
                f"{row['kind']}, {row['jurisdiction'] or 'no jurisdiction'}, {row['licence']}: "
                f"{row['documents']} documents, {row['found']} passages found, {row['versions']} kept, "
                f"{row['embedded']} with a vector"
            )
    about = mapped.current(index_folder(settings))
    click.echo(f"index: {about.passages} passages" if about else "index: none on disk, our statements are in memory")
    if is_behind(settings, knowledge, load_models(settings, ()), today):
        click.echo("the index is behind the corpus; type: python -m cds_service evidence index")
