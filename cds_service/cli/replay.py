"""`replay`: run history through the services before go-live, and report what would have fired."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.governance.exporting import Instant
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.replay.asking import Voice
    from cds_service.replay.calls import Per
    from cds_service.replay.plan import Plan
    from cds_service.replay.tally import Tally

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("replay")
@click.argument("history", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--output", required=True, type=_FOLDER, help="Folder to make for the reports.")
@click.option(
    "--per",
    type=click.Choice(["order", "encounter"]),
    default="order",
    show_default=True,
    help="A call for each order, or for all of one encounter and day together.",
)
@click.option("--visits", is_flag=True, help="Open the chart at the start of each encounter, and end each stay, too.")
@click.option("--service", "services", multiple=True, help="Service or view; repeatable. Default: all but views.")
@click.option("--from", "start", type=Instant(), help="Only what was written from then on; the chart is older.")
@click.option("--to", "end", type=Instant(), help="Only what was written before then.")
@click.option("--at", type=Instant(), help="When captured requests without any date were asked.")
@click.option(
    "--compare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another knowledge folder: which concerns would appear or vanish with it.",
)
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=0,
    help="Write so many cards of each topic for two reviewers. Patient data.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes; more than one need Dask (extra `replay`).",
)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Dask cluster, such as tcp://host:8786; needs --work.")
@click.option(
    "--work", type=_FOLDER, help="Folder for sorted history and results, kept, so that a replay goes on. Patient data."
)
@click.option("--strict", is_flag=True, help="Stop when anything in the history cannot be read.")
def command(
    history: tuple[Path, ...],
    output: Path,
    per: Per,
    visits: bool,
    services: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    at: datetime | None,
    compare: Path | None,
    sample: int,
    workers: int,
    scheduler: str,
    work: Path | None,
    strict: bool,
) -> None:
    """Ask the services about every order in HISTORY, with the chart as it stood when the order was written.

    HISTORY: files and folders of FHIR R4 bulk exports (.ndjson), Bundles (.json) and captured hook requests (.json, or
    one a line in .jsonl), gzipped or not. The tables are those in use here (COUNTERSIGN_KNOWLEDGE_DIR). Nothing is
    stored in the database, and no server is asked. Exit status 1: a call or a check failed, or --strict met damage.
    """
    from cds_service.replay.calls import Period
    from cds_service.replay.plan import Plan
    from cds_service.replay.working import opened

    if scheduler and work is None:
        raise click.UsageError("--scheduler needs --work: a folder that all workers reach")
    output = _empty(output)
    plan = Plan(
        Settings.from_env(), per, visits, tuple(dict.fromkeys(services)), Period(start, end), compare, sample, at
    )
    voice, other = opened(plan)
    for service in plan.services:
        if service not in voice.rooms.services:
            raise click.UsageError(f"no service {service}; there are {', '.join(voice.rooms.services)}")
    began = time.monotonic()
    with _work_folder(work) as folder:
        tally = _tally(plan, history, folder, [voice, *([other] if other else [])], workers, scheduler, strict)
    _write(output, plan, tally, voice, other, time.monotonic() - began, scheduler or str(workers))


def _tally(
    plan: Plan,
    history: tuple[Path, ...],
    folder: Path,
    voices: list[Voice],
    workers: int,
    scheduler: str,
    strict: bool,
) -> Tally:
    from cds_service.replay.replaying import replayed, sorted_into
    from cds_service.replay.sources import files_of

    files = files_of(history)
    if not files:
        raise click.UsageError("there is no .json, .ndjson or .jsonl file in what was given")
    partitions, found = sorted_into(folder, files)
    for where, why in found.places:
        click.echo(f"{where}: {why}", err=True)
    if strict and found.total("damaged"):
        raise click.ClickException(f"{found.total('damaged')} lines or entries could not be read (--strict)")
    if not partitions:
        raise click.UsageError(f"nothing of a patient was found in what was given{_and_damage(found)}")
    tally = replayed(plan, partitions, voices, workers, scheduler, _said)
    tally.add(found, plan.sample)
    return tally


def _and_damage(found: Tally) -> str:
    damaged = found.total("damaged")
    return f", and {damaged} lines or entries could not be read" if damaged else ""


def _write(
    output: Path, plan: Plan, tally: Tally, voice: Voice, other: Voice | None, seconds: float, processes: str
) -> None:
    from cds_service.replay.counting import asks_failed, services_asked
    from cds_service.replay.folder import write_folder
    from cds_service.replay.report import cost_of, report_of

    knowledge = voice.rooms.knowledge
    compared = other.rooms.knowledge if other else None
    report = report_of(tally, plan, services_asked(plan, voice), knowledge, compared)
    written = write_folder(output, report, cost_of(tally, seconds, processes), tally, bool(plan.sample))
    click.echo(f"{tally.total('patients')} patients, {tally.total('orders')} orders, {tally.total('cards')} cards")
    for name in written:
        if name.endswith((".md", "PATIENT-DATA.csv")):
            click.echo(f"  {output / name}")
    failed = list(asks_failed(tally))
    for (service, what, *_), count in failed:
        click.echo(f"FAILED {count} times: {service} {what}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _empty(output: Path) -> Path:
    """Nothing is overwritten, and the reports are their owner's alone."""
    if output.exists() and any(output.iterdir()):
        raise click.UsageError(f"{output} is there already, and not empty")
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    return output


@contextmanager
def _work_folder(work: Path | None) -> Iterator[Path]:
    if work is not None:
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield work.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="countersign-replay-") as folder:
        yield Path(folder)


def _said(words: str) -> None:
    if sys.stderr.isatty():
        click.echo(words, err=True)
