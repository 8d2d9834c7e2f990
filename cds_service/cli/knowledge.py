"""`knowledge`: what the tables hold, what they cover, and whether they hold together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge

_MARKS = {"rows": "rows", "none-needed": "none needed", "not-covered": "-"}


@click.group("knowledge")
def command() -> None:
    """Look at the clinical tables: ours, and a site's in COUNTERSIGN_KNOWLEDGE_DIR."""


@command.command("stats")
def stats() -> None:
    """Count what the tables hold."""
    from cds_service.knowledge.rows import KINDS

    knowledge = _tables()
    graded = list(knowledge.graded_rows())
    counts = {
        "ingredients": len(knowledge.names.drugs),
        **{kind.noun: len(knowledge.all(kind)) for kind in KINDS.values() if kind.noun},
        "sources": len(knowledge.sources),
    }
    click.echo(f"version {knowledge.version}")
    for name, count in counts.items():
        click.echo(f"{name:<18} {count:>5}")
    for harm, count in Counter(row.harm for row in graded).most_common():
        click.echo(f"{harm:<18} {count:>5}")
    click.echo(f"{len(graded)} rows can fire; {knowledge.unreviewed} of them are unreviewed, and silent off loopback.")


@command.command("coverage")
@click.option("--topic", multiple=True, help="Only this topic; repeatable.")
@click.option("--missing", is_flag=True, help="Only ingredients with a topic that is not covered.")
def coverage(topic: tuple[str, ...], missing: bool) -> None:
    """Print the matrix of ingredients and topics: rows, none needed, or not covered (-)."""
    from cds_service.knowledge import COVERED_TOPICS

    unknown = set(topic) - set(COVERED_TOPICS)
    if unknown:
        raise click.UsageError(f"no topic {', '.join(sorted(unknown))}; there are {', '.join(COVERED_TOPICS)}")
    topics = topic or COVERED_TOPICS
    knowledge = _tables()
    seen: Counter[str] = Counter()
    click.echo(f"{'ingredient':<32}" + "".join(f"{name:<20}" for name in topics))
    for drug in sorted(knowledge.names.drugs.values(), key=lambda one: one.name):
        cells = [knowledge.coverage(drug, name) for name in topics]
        seen.update(cells)
        if not missing or "not-covered" in cells:
            click.echo(f"{drug.name:<32}" + "".join(f"{_MARKS[cell]:<20}" for cell in cells))
    click.echo(", ".join(f"{count} cells {state}" for state, count in seen.most_common()))


@command.command("lint")
def lint() -> None:
    """Load and check every table; the first row that is not usable is named with file and line, exit status 1."""
    knowledge = _tables()
    rows = sum(1 for _ in knowledge.cited_rows())
    click.echo(f"{rows} cited rows of {len(knowledge.sources)} sources are usable.")


def _tables() -> Knowledge:
    from cds_service.knowledge import load_knowledge
    from cds_service.tables import read_tables

    return load_knowledge(read_tables(Settings.from_env().knowledge_dir))
