"""`evidence import` and `evidence index`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.cli import put_on_record
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.evidence.corpus.importing import Report


@click.command("import")
@click.argument("format", metavar="FORMAT")
@click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--no-index", is_flag=True, help="Only take in; `evidence index` does the rest later.")
def command(format: str, paths: tuple[Path, ...], no_index: bool) -> None:
    """Take files or folders into the corpus. FORMAT: openfda, spl, pubmed, nbib, fhir or markdown.

    Zipped files are read as they are. What was imported before stays; a file that was finished is passed over, one that
    was broken off goes on. Exit status 1 when a file or record was not usable; each is named.
    """
    from cds_service.evidence.corpus.files import files_of
    from cds_service.evidence.corpus.formats import formats
    from cds_service.evidence.corpus.importing import Importer
    from cds_service.evidence.opening import open_corpus
    from cds_service.store import check_revision
    from cds_service.tables import knowledge_of

    chosen = formats().get(format)
    if chosen is None:
        raise click.BadParameter(f"{format!r} is none of {', '.join(formats())}", param_hint="FORMAT")
    settings = Settings.from_env()
    check_revision(settings)
    total = sum(file.stat().st_size for path in paths for file in files_of(path))
    lexicon = knowledge_of(settings).vocabulary.lexicon
    with closing(open_corpus(settings)) as corpus, click.progressbar(length=max(total, 1), label="importing") as bar:
        importer = Importer(corpus, lexicon, lambda: datetime.now(UTC), bar.update)
        reports = [importer.take_in(path, chosen) for path in paths]
    tell(reports, "documents")
    if not no_index:
        build_index(settings)
    require_whole(reports)


def tell(reports: Sequence[Report], documents: str) -> None:
    """What became of each file that was taken in; `documents` is what they hold."""
    for report in reports:
        done = report.passages
        click.echo(
            f"{report.files} files ({report.passed_over} known already), {report.documents} {documents}: "
            f"{done.added} passages added, {done.unchanged} unchanged, {done.superseded} superseded"
        )
        for problem in report.problems:
            click.echo(f"not used: {problem}", err=True)


def require_whole(reports: Sequence[Report]) -> None:
    """Exit status 1 when something of the files could not be used."""
    if any(report.problems for report in reports):
        raise click.ClickException("not everything could be used; what was usable is imported")


def build_index(settings: Settings) -> None:
    """Embed what is new and write the index, with a bar for the long part."""
    from cds_service.evidence import indexing, opening
    from cds_service.evidence.postgresql_table import fill
    from cds_service.models import load_models
    from cds_service.tables import knowledge_of

    knowledge = knowledge_of(settings)
    models = load_models(settings, ())
    if models.embedder is None:
        raise click.ClickException(f"no embedder, so no index: {'; '.join(models.problems)}")
    today = datetime.now(UTC).date()
    with closing(opening.open_corpus(settings)) as corpus:
        missing = corpus.without_vector(models.embedder.version, today)
        what = {"knowledge": knowledge.version, "models": models.embedder.version}
        put_on_record(settings, "index-evidence", "begun", what)
        with click.progressbar(length=max(missing, 1), label="embedding") as bar:
            indexing.embed_new(corpus, models.embedder, today, bar.update)
        if settings.evidence_index == "postgresql":
            click.echo(fill(corpus.database, knowledge, corpus, models.embedder, settings, today))
        else:
            about = indexing.build(opening.index_folder(settings), knowledge, corpus, models.embedder, today)
            click.echo(f"index over {about.passages} passages")
        put_on_record(settings, "index-evidence", "done", what)
