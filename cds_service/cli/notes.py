"""`notes`: the background worker that reads bodies of notes, and what it has on its list."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import click

from cds_service.cli import opened_store
from cds_service.settings import Settings


@click.group("notes")
def command() -> None:
    """Read note bodies in the background, for later calls."""


@command.command("work")
@click.option("--once", is_flag=True, help="Read what waits now, then end: for cron.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Threads.")
def work(once: bool, workers: int) -> None:
    """Read the notes that hook calls wanted, with SMART Backend Services, and keep their texts sealed.

    Register at the EHR first: `clients add-backend`. Several workers may run; on PostgreSQL on several hosts.
    """
    from cds_service.background.notes import NoteReader
    from cds_service.background.queue import feed, keep_feeding, opened_queue, read_job, work_off
    from cds_service.fhir.backend_services import BackendServices, RegisteredAccess
    from cds_service.fhir.servers import FhirServers
    from cds_service.store import Keyring

    settings = Settings.from_env()
    with opened_store(settings) as store, opened_queue(settings, Keyring.load(settings)) as queue:
        services = BackendServices(store.own_keys, _now, settings.private_networks)
        access = RegisteredAccess(store.registrations, services)
        reader = NoteReader(store, access, FhirServers(), _now, settings.private_networks)
        job = read_job(queue, reader.read)
        if once:
            feed(store.notes, job)
            click.echo(f"{work_off(queue)} notes looked at: {_listed(store.notes.counts())}")
            return
        stop = threading.Event()
        threading.Thread(target=keep_feeding, args=(store.notes, job, stop), daemon=True).start()
        try:
            queue.create_consumer(workers=workers, periodic=False, initial_delay=0.1).run()
        finally:
            stop.set()


@command.command("list")
def list_() -> None:
    """How many notes are wanted, read, or given up."""
    with opened_store(Settings.from_env()) as store:
        click.echo(_listed(store.notes.counts()))


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none"


def _now() -> datetime:
    return datetime.now(UTC)
