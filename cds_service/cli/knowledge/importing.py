"""`knowledge import`: drug names of an RxNorm release, and drug labels of openFDA."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from cds_service.cli import put_on_record
from cds_service.settings import Settings

_PATH = click.Path(exists=True, path_type=Path)


@click.group("import")
def importing() -> None:
    """Take in what a site may use beside our tables. What was imported before stays, whatever goes wrong."""


@importing.command("rxnorm")
@click.argument("path", type=_PATH)
def rxnorm(path: Path) -> None:
    """Drug names and codes of an RxNorm release: the folder or zip that holds RXNCONSO.RRF and RXNREL.RRF.

    Names that our tables have keep their meaning; new ones take part in reading orders after the next start.
    """
    from cds_service.errors import CorpusError
    from cds_service.store import check_revision
    from cds_service.tables import knowledge_of
    from cds_service.tables.imported import open_imported, write_names
    from cds_service.tables.rxnorm import RxNormImporter, size_of

    settings = Settings.from_env()
    check_revision(settings)
    put_on_record(settings, "import-names", "begun", {})
    with closing(open_imported(settings)) as imported:
        with click.progressbar(length=max(size_of(path), 1), label="importing") as bar:
            try:
                importer = RxNormImporter(imported, _everyday(settings), lambda: datetime.now(UTC), bar.update)
                report = importer.take_in(path)
            except CorpusError as error:
                raise click.ClickException(str(error)) from None
        write_names(settings, imported)
    drugs = len(knowledge_of(settings).names.drugs)
    put_on_record(settings, "import-names", "done", {"count": report.names})
    if report.passed_over:
        click.echo("This release was imported before.")
    else:
        click.echo(f"{report.names} names imported; {report.unresolved} left out, as the release gives no ingredient.")
    click.echo(f"{drugs} ingredients are known now. Start the service again to use them.")


def _everyday(settings: Settings) -> frozenset[str]:
    """Words of every day, as the drug linker has them: a brand made of them is not looked for in text."""
    from cds_service.errors import ModelRefused
    from cds_service.models import WEIGHTS
    from cds_service.models.drug_linker import NAME
    from cds_service.models.manifest import WeightsFolder

    try:
        weights = WeightsFolder.open(settings.models_dir or WEIGHTS)
        return frozenset(weights.read(NAME, "words").decode("utf-8").split())
    except ModelRefused as error:
        raise click.ClickException(f"without its list of everyday words, names are not imported: {error}") from None


@importing.command("openfda")
@click.argument("paths", type=_PATH, nargs=-1, required=True)
@click.option("--index", is_flag=True, help="Build the search index at once, as `evidence index` does.")
def openfda(paths: tuple[Path, ...], index: bool) -> None:
    """Labels of openFDA (JSON, also zipped): their sections as passages, and rows drafted from them for review.

    A drafted row never fires. `knowledge candidates` lists them; `knowledge approve` takes one into the site's folder.
    """
    from cds_service.cli.evidence.importing import build_index, require_whole, tell
    from cds_service.evidence.corpus.files import files_of
    from cds_service.evidence.corpus.importing import Importer
    from cds_service.evidence.opening import open_corpus
    from cds_service.store import check_revision
    from cds_service.tables import knowledge_of
    from cds_service.tables.imported import open_imported
    from cds_service.tables.labels import Drafting, label_format

    settings = Settings.from_env()
    check_revision(settings)
    put_on_record(settings, "import-labels", "begun", {"count": len(paths)})
    total = sum(file.stat().st_size for path in paths for file in files_of(path))
    knowledge = knowledge_of(settings)
    with closing(open_corpus(settings)) as corpus, closing(open_imported(settings)) as imported:
        drafting = Drafting(knowledge, imported, datetime.now(UTC))
        with click.progressbar(length=max(total, 1), label="importing") as bar:
            importer = Importer(corpus, knowledge.vocabulary.lexicon, lambda: datetime.now(UTC), bar.update, drafting)
            reports = [importer.take_in(path, label_format()) for path in paths]
    put_on_record(settings, "import-labels", "done", {"count": sum(report.documents for report in reports)})
    tell(reports, "labels")
    drafted = ", ".join(f"{count} for {table}" for table, count in sorted(drafting.new.items()) if count)
    click.echo(f"drafted for review: {drafted or 'nothing new'}; none of them fires until it is approved")
    if index:
        build_index(settings)
    require_whole(reports)
