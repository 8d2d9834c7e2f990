"""`evidence search`: what the app's page finds, on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.evidence import Hit
    from cds_service.terminology.lexicon import Lexicon


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
    from cds_service.evidence.filters import Filters
    from cds_service.evidence.opening import open_search
    from cds_service.models import load_models
    from cds_service.tables import knowledge_of

    settings = Settings.from_env()
    knowledge = knowledge_of(settings)
    rxcuis = _rxcuis(knowledge.vocabulary.lexicon, drug)
    filters = Filters(rxcuis, section, jurisdiction, _day(since), _day(until))
    search = open_search(settings, knowledge, load_models(settings, ()))
    hits = search.search(question, k=count, filters=filters, today=datetime.now(UTC).date())
    for number, hit in enumerate(hits, start=1):
        _show(number, hit)
    if search.degraded:
        click.echo(f"degraded: {search.degraded}", err=True)
    if not hits:
        click.echo("nothing found in this corpus")


def _rxcuis(lexicon: Lexicon, names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if not lexicon.find(name)]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no drug that we know", param_hint="--drug")
    return tuple(code for name in names for found in lexicon.find(name) for code in found.rxcuis)


def _day(given: str) -> str:
    from cds_service.evidence.corpus.document import iso_date

    day = iso_date(given)
    if given and not day:
        raise click.BadParameter(f"{given!r} is no date", param_hint="--since or --until")
    return day


def _show(number: int, hit: Hit) -> None:
    one = hit.passage
    near = f", cosine {hit.similarity:.2f}" if hit.similarity is not None else ""
    click.echo(f"{number}. {one.title}  [{one.kind}]  {one.id} {one.version}{near}")
    click.echo(f"   {one.text}")
    said = (one.source.get("title"), one.source.get("publisher"), one.date, one.locator, one.source.get("url"))
    click.echo(f"   {' · '.join(str(part) for part in said if part)}")
