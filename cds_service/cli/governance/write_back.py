"""`governance write-back`: have cards written to a site's own FHIR server."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cds_service.cli import opened_store
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.governance.write_back import WriteBack
    from cds_service.store import Store

_TYPES = ("DetectedIssue", "GuidanceResponse", "RequestGroup")


@click.group("write-back")
def write_back() -> None:
    """Write what was found and suggested to the FHIR server of a site that wants it."""


@write_back.command("enable")
@click.option("--tenant", required=True)
@click.option("--fhir-base", required=True, help="Where to; we must be registered there for Backend Services.")
@click.option(
    "--type", "kinds", multiple=True, type=click.Choice(_TYPES), default=("DetectedIssue",), show_default=True
)
def enable(tenant: str, fhir_base: str, kinds: tuple[str, ...]) -> None:
    """From now on, for calls of this tenant; again replaces server and types."""
    settings = Settings.from_env()
    with opened_store(settings) as store:
        _require_base(fhir_base, settings)
        store.outbox.enable(tenant, fhir_base.rstrip("/"), dict.fromkeys(kinds))
    click.echo(f"{', '.join(dict.fromkeys(kinds))} of {tenant} will be written to {fhir_base}.")


@write_back.command("disable")
@click.option("--tenant", required=True)
def disable(tenant: str) -> None:
    """Write nothing more."""
    with opened_store(Settings.from_env()) as store:
        if not store.outbox.disable(tenant):
            raise click.ClickException(f"nothing is written back for {tenant}")
    click.echo("Disabled.")


@write_back.command("status")
def status() -> None:
    """Each site, and how many resources wait, were written or were given up."""
    with opened_store(Settings.from_env()) as store:
        sites, counts = store.outbox.sites(), store.outbox.counts()
    for site in sites:
        click.echo(f"{site.tenant}  {site.fhir_base}  {', '.join(site.kinds)}  since {site.since.date()}")
    for (tenant, state), count in sorted(counts.items()):
        click.echo(f"{tenant:<20}{state:<10}{count:>8}")


@write_back.command("work")
@click.option("--once", is_flag=True, help="Write what is due now, then end: for cron.")
@click.option("--every", type=click.IntRange(1, 3600), default=10, show_default=True, metavar="SECONDS")
def work(once: bool, every: int) -> None:
    """Write what waits, by SMART Backend Services. Several may run, on several hosts.

    Register at the EHR first: `clients add-backend`, with a scope to create what is written (system/DetectedIssue.c).
    """
    settings = Settings.from_env()
    stop = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: stop.set())
    with opened_store(settings) as store:
        writer = _writer(settings, store)
        while not stop.is_set():
            try:
                written = writer.round()
            except StoreUnavailable:
                if once:
                    raise
                written = 0
            if once:
                click.echo(f"{written} resources written.")
                return
            stop.wait(0 if written else every)


def _writer(settings: Settings, store: Store) -> WriteBack:
    from cds_service.fhir.backend_services import BackendServices, RegisteredAccess
    from cds_service.governance.resources import Place
    from cds_service.governance.write_back import WriteBack

    services = BackendServices(store.own_keys, lambda: datetime.now(UTC), settings.private_networks)
    label = None if settings.ai_label == "off" else settings.ai_label
    place = Place(settings.public_url, away=True, label=label)
    access = RegisteredAccess(store.registrations, services)
    return WriteBack(store, access, place, settings.private_networks)


def _require_base(fhir_base: str, settings: Settings) -> None:
    from cds_service.fhir.base import registered_base

    if registered_base(fhir_base, settings.private_networks) is None:
        raise click.UsageError("--fhir-base must be an https URL without query, and http only on this machine")
