"""`governance write-back`: have cards written to a site's own FHIR server."""

from __future__ import annotations

import click

from cds_service.cli import opened_store
from cds_service.settings import Settings

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
        _require_base(tenant, fhir_base, settings)
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


def _require_base(tenant: str, fhir_base: str, settings: Settings) -> None:
    from cds_service.fhir.base import bound_base
    from cds_service.fhir.tenant import Tenant

    named = Tenant(tenant, "", fhir_bases=(fhir_base,))
    if bound_base(named, fhir_base, settings.private_networks) is None:
        raise click.UsageError("--fhir-base must be an https URL without query, and http only on this machine")
