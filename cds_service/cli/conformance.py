"""`conformance`: what is asked of this service, and which test shows that it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import click
import orjson

VERDICTS = ("met", "not met", "not applicable")


@click.command("conformance")
@click.option("--only", type=click.Choice(VERDICTS), help="Only lines of this verdict.")
@click.option("--applies", type=click.Choice(["service", "app", "both"]), help="Only what applies to this part.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(only: str | None, applies: str | None, as_json: bool) -> None:
    """Print each requirement: id, level, verdict, what it is about, and its tests or why there is none.

    Requirements are those of CDS Hooks and SMART App Launch, our security requirements (SC, SA) and hostile inputs
    (A-1 to J-154). `make conformance` runs the tests.
    """
    from cds_service.conformance import requirements

    chosen = [
        one for one in requirements() if (not only or one.verdict == only) and (not applies or one.applies == applies)
    ]
    if as_json:
        click.echo(orjson.dumps([asdict(one) for one in chosen], option=orjson.OPT_INDENT_2).decode())
        return
    for one in chosen:
        more = f" and {len(one.tests) - 1} more" if len(one.tests) > 1 else ""
        shown = one.why or f"{one.tests[0]}{more}"
        click.echo(f"{one.id:<6} {one.level:<10} {one.applies:<8} {one.verdict:<15} {one.about}: {shown}")
    counts = Counter(one.verdict for one in chosen)
    click.echo(f"\n{', '.join(f'{counts[verdict]} {verdict}' for verdict in VERDICTS)}")
