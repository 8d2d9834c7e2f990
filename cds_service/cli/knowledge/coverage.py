"""`knowledge coverage`: which ingredients are covered in which topics, counts of it, and the high-alert drugs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from cds_service.cli.knowledge.tables import tables

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge
    from cds_service.terminology.vocabulary import Drug

_MARKS = {"rows": "rows", "none-needed": "none needed", "no-guidance": "no guidance", "not-covered": "-"}


@click.command("coverage")
@click.option("--topic", multiple=True, help="Only this topic; repeatable.")
@click.option("--missing", is_flag=True, help="Only ingredients with a topic that is not covered.")
@click.option("--high-alert", is_flag=True, help="Only high-alert drugs; exit status 1 while one has a gap.")
@click.option("--summary", is_flag=True, help="Only the counts of each topic, as a table.")
def coverage(topic: tuple[str, ...], missing: bool, high_alert: bool, summary: bool) -> None:
    """Print the matrix of ingredients and topics: rows, none needed, no guidance in the sources, or not covered (-)."""
    from cds_service.knowledge import COVERED_TOPICS

    unknown = set(topic) - set(COVERED_TOPICS)
    if unknown:
        raise click.UsageError(f"no topic {', '.join(sorted(unknown))}; there are {', '.join(COVERED_TOPICS)}")
    topics, knowledge = topic or COVERED_TOPICS, tables()
    drugs = sorted(_wanted(knowledge, high_alert), key=lambda one: one.name)
    if summary:
        _print_summary(knowledge, drugs, topics)
        return
    gaps = _print_matrix(knowledge, drugs, topics, missing)
    if high_alert and gaps:
        raise click.exceptions.Exit(1)


def _wanted(knowledge: Knowledge, high_alert: bool) -> Iterable[Drug]:
    return knowledge.high_alert if high_alert else knowledge.names.drugs.values()


def _print_matrix(knowledge: Knowledge, drugs: Iterable[Drug], topics: Sequence[str], missing: bool) -> int:
    """The matrix, and how many of its cells nobody has looked at."""
    seen: Counter[str] = Counter()
    click.echo(f"{'ingredient':<32}" + "".join(f"{name:<20}" for name in topics))
    for drug in drugs:
        cells = [knowledge.coverage(drug, name) for name in topics]
        seen.update(cells)
        if not missing or "not-covered" in cells:
            click.echo(f"{drug.name:<32}" + "".join(f"{_MARKS[cell]:<20}" for cell in cells))
    click.echo(", ".join(f"{count} cells {state}" for state, count in seen.most_common()))
    return seen["not-covered"]


def _print_summary(knowledge: Knowledge, drugs: Sequence[Drug], topics: Sequence[str]) -> None:
    click.echo(f"| topic | {' | '.join(_MARKS)} |\n|---|{'---:|' * len(_MARKS)}")
    for name in topics:
        seen = Counter(knowledge.coverage(drug, name) for drug in drugs)
        click.echo(f"| `{name}` | {' | '.join(str(seen[state]) for state in _MARKS)} |")
    click.echo(f"\n{len(drugs)} ingredients")
