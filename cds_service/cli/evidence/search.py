"""`evidence search`: what the app's page finds, on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cds_service.settings import Settings


@click.command("search")
@click.argument("question")
@click.option("--drug", multiple=True, help="Only passages about this drug (a name); repeatable.")
@click.option("--section", multiple=True, help="Only this section, such as drug_interactions; repeatable.")
@click.option("--jurisdiction", multiple=True, help="Only this jurisdiction, such as US; repeatable.")
@click.option("--since", default="", help="Only what is dated on this day or later (2024, 2024-05, 2024-05-17).")
@click.option("--until", default="", help="Only what is dated on this day or before.")
@click.option("-k", "count", default=5, help="How many.")
def command(
    question: str,
    drug: tuple[str, ...],
    section: tuple[str, ...],
    jurisdiction: tuple[str, ...],
    since: str,
    until: str,
    count: int,
) -> None:
    """Search our statements and what was imported; prints passages word for word with their source."""
    from cds_service.evidence.corpus.document import iso_date
    from cds_service.evidence.filters import Filters
    from cds_service.evidence.opening import open_search
    from cds_service.models import load_models
    from cds_service.tables import knowledge_of

    settings = Settings.from_env()
    knowledge = knowledge_of(settings)
    lexicon = knowledge.vocabulary.lexicon
    unknown = [name for name in drug if not lexicon.find(name)]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no drug that we know", param_hint="--drug")
    for given in (since, until):
        if given and not iso_date(given):
            raise click.BadParameter(f"{given!r} is no date", param_hint="--since or --until")
    rxcuis = tuple(code for name in drug for found in lexicon.find(name) for code in found.rxcuis)
    search = open_search(settings, knowledge, load_models(settings, ()))
    filters = Filters(rxcuis, section, jurisdiction, iso_date(since), iso_date(until))
    hits = search.search(question, k=count, filters=filters, today=datetime.now(UTC).date())
    for number, hit in enumerate(hits, start=1):
        one = hit.passage
        near = f", cosine {hit.similarity:.2f}" if hit.similarity is not None else ""
        click.echo(f"{number}. {one.title}  [{one.kind}]  {one.id} {one.version}{near}")
        click.echo(f"   {one.text}")
        said = (one.source.get("title"), one.source.get("publisher"), one.date, one.locator, one.source.get("url"))
        click.echo(f"   {' · '.join(str(part) for part in said if part)}")
    if search.degraded:
        click.echo(f"degraded: {search.degraded}", err=True)
    if not hits:
        click.echo("nothing found in this corpus")
