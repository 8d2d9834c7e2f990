"""`governance burden`: how many cards per 100 calls each service gives on a set of patients. A regression figure.

Every order of the set is asked about as if it were being signed on the day it was written, and every chart is opened at
the patient's last encounter, with what stood in the chart that day. Nothing is kept.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cds_service.cli.governance.history import histories

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

INDICATORS = ("critical", "warning", "info")


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
    from cds_service.cli.check import rooms_for_once

    found = list(histories(resources(folder)))
    orders = _newest(((one.moment(order), partial(one.call, order)) for one in found for order in one.orders), limit)
    visits = _newest(((at, partial(one.opened, at)) for one in found for at in one.visits), limit)
    counts: Counter[tuple[str, str, str]] = Counter()
    calls: Counter[str] = Counter()
    with rooms_for_once() as rooms:
        for hook, asked in (("order-sign", orders), ("patient-view", visits)):
            services = [one.id for one in rooms.services.values() if hook in one.hooks]
            for (on, call), service in product(asked, services):
                calls[service] += 1
                counts.update((service, topic, shown) for topic, shown in _cards(rooms, service, on, call()))
    click.echo(f"{len(found)} patients, {len(orders)} orders signed on the day they were written, {len(visits)} visits")
    _print(counts, calls)


Asked = tuple[datetime, Callable[[], dict[str, Any]]]  # when, and the call


def _newest(asked: Iterable[Asked], limit: int | None) -> list[Asked]:
    return sorted(asked, key=lambda one: one[0], reverse=True)[:limit]


def _cards(rooms: Rooms, service: str, on: datetime, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(topic, indicator) of each card that a call of the time `on` brings."""
    from cds_service.answer import answer
    from cds_service.fhir.tenant import LOCAL
    from cds_service.hooks import parse_request

    request = parse_request(body, rooms.services[service].hooks)
    then = replace(rooms, clock=lambda: on)
    response = answer(then, service, request, LOCAL, f"{service}:{body['hookInstance']}").body
    for card in response["cards"]:
        yield card["source"]["topic"]["code"], card["indicator"]


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


def resources(folder: Path) -> Iterator[dict[str, Any]]:
    """Every resource of the Bundles and bulk files under a folder."""
    for path in sorted(folder.rglob("*")):
        name = path.name.removesuffix(".gz")
        if path.is_file() and name.endswith((".json", ".ndjson")):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            lines = content.splitlines() if name.endswith(".ndjson") else [content]
            yield from _entries(json.loads(line) for line in lines if line.strip())


def _entries(found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for one in found:
        if isinstance(one, dict) and one.get("resourceType") == "Bundle":
            yield from (entry["resource"] for entry in one.get("entry", []) if "resource" in entry)
        elif isinstance(one, dict) and "resourceType" in one:
            yield one
