"""`evidence list`."""

from __future__ import annotations

from contextlib import closing

import click

from cds_service.settings import Settings


@click.command("list")
@click.argument("document", default="")
@click.option("--old", is_flag=True, help="Superseded versions too.")
@click.option("--text", is_flag=True, help="With the words of each passage.")
def command(document: str, old: bool, text: bool) -> None:
    """List imported passages, of one DOCUMENT or of all: id, version, date, licence, and when it retires."""
    from cds_service.evidence.opening import open_corpus
    from cds_service.store import check_revision

    settings = Settings.from_env()
    check_revision(settings)
    with closing(open_corpus(settings)) as corpus:
        for row in corpus.every(document, superseded=old):
            state = "" if row["current"] else "  superseded"
            state += f"  retires {row['retires']}" if row["retires"] else ""
            dated = row["published"] or "no date"
            click.echo(f"{row['id']}  version {row['version']}  {dated}  {row['licence']}{state}")
            if text:
                click.echo(f"    {row['title']}\n    {row['text']}")
