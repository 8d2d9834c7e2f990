"""`governance burden`: how many cards per 100 calls each service gives on a set of patients. A regression figure.

Every order of the set is asked about as if it were being signed when it was written, and every chart is opened the day
after the patient's last encounter, as `replay` does it, with what stood in the chart then. Nothing is kept. `replay`
tells more: rules that never fired, what was not assessed, and how it is for each encounter and clinician.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.findings import INDICATORS
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.replay.calls import Ask
    from cds_service.replay.history import History

Asked = tuple[datetime, "Callable[[], Ask]"]  # when, and the call


@click.command("burden")
@click.option(
    "--bundle",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of FHIR R4 Bundles (.json) and bulk exports (.ndjson), gzipped or not, searched to the bottom.",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many orders and visits, the newest first.")
def burden(folder: Path, limit: int | None) -> None:
    """Print cards per 100 calls by service, topic and display, for the orders and visits in a folder of patients."""
    from cds_service.replay.asking import voice_of
    from cds_service.replay.partitions import histories_in

    found = list(histories_in(folder))
    orders = _newest((one for history in found for one in _signed(history)), limit)
    visits = _newest((one for history in found for one in _opened(history)), limit)
    counts: Counter[tuple[str, str, str]] = Counter()
    calls: Counter[str] = Counter()
    voice = voice_of(Settings.from_env())
    for hook, asked in (("order-sign", orders), ("patient-view", visits)):
        services = [one.id for one in voice.rooms.services.values() if hook in one.hooks]
        for (_, made), service in product(asked, services):
            heard = voice.ask(service, made())
            if heard.invocation is None:
                raise click.ClickException(f"{service} did not answer: {heard.failed or heard.refused}")
            calls[service] += 1
            counts.update((service, card.topic, card.indicator) for card in heard.invocation.cards)
    click.echo(f"{len(found)} patients, {len(orders)} orders signed on the day they were written, {len(visits)} visits")
    _print(counts, calls)


def _newest(asked: Iterator[Asked], limit: int | None) -> list[Asked]:
    return sorted(asked, key=lambda one: one[0], reverse=True)[:limit]


def _signed(history: History) -> Iterator[Asked]:
    """A call is made when it is asked: those of all patients at once would not fit into memory."""
    from cds_service.replay.calls import signing

    for course in history.courses:
        yield course.since, partial(signing, history, [course], together=False)


def _opened(history: History) -> Iterator[Asked]:
    """The chart the day after the last encounter."""
    from cds_service.replay.calls import opening

    ended = max((at for at in history.ends_of_visits), default=None)
    if ended is not None:
        at = ended + timedelta(days=1)
        yield at, partial(opening, history, at)


def _print(counts: Mapping[tuple[str, str, str], int], calls: Mapping[str, int]) -> None:
    click.echo(f"{'cards per 100 calls':<44}" + "".join(f"{name:>10}" for name in (*INDICATORS, "all")))
    for service, asked in calls.items():
        topics = sorted({topic for named, topic, _ in counts if named == service})
        for topic in topics:
            _line(f"{service} / {topic}", [counts[service, topic, shown] for shown in INDICATORS], asked)
        totals = [sum(counts[service, topic, shown] for topic in topics) for shown in INDICATORS]
        _line(service, totals, asked)


def _line(name: str, found: list[int], asked: int) -> None:
    shares = [100 * count / asked for count in (*found, sum(found))]
    click.echo(f"{name:<44}" + "".join(f"{share:>10.1f}" for share in shares))
