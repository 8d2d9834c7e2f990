"""`clients add-fhir`, `clients remove-fhir`: who may read what `/fhir` serves of a tenant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cds_service.cli import opened_store
from cds_service.cli.clients.keys import one_key_source
from cds_service.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("add-fhir")
@click.option("--tenant", required=True, help="The organisation whose records it may read.")
@click.option("--client-id", required=True, help="`iss` and `sub` of its assertions.")
@click.option("--jwks", type=_FILE, help="File with its public keys (JWK Set).")
@click.option("--jwks-url", help="https URL of its public keys.")
@click.option("--scopes", default="system/*.rs", show_default=True, help="SMART system scopes, separated by spaces.")
def add_fhir(tenant: str, client_id: str, jwks: Path | None, jwks_url: str | None, scopes: str) -> None:
    """Register a client of /fhir (SMART Backend Services); again replaces its registration."""
    from cds_service.errors import InvalidRequest
    from cds_service.fhir.authorization import read_scopes
    from cds_service.store import FhirReader

    settings = Settings.from_env()
    keys = one_key_source(jwks, jwks_url, settings)
    words = scopes.split()
    usable = [one for one in read_scopes(scopes) if one.level == "system" and not one.restricted]
    if not words or len(usable) != len(words):
        raise click.UsageError("--scopes takes scopes such as system/*.rs or system/DetectedIssue.rs")
    client = FhirReader(client_id, tenant, keys, jwks_url, tuple(words), datetime.now(UTC))
    with opened_store(settings) as store:
        try:
            store.fhir_clients.add(client)
        except InvalidRequest as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"Registered {client_id} to read /fhir of tenant {tenant}: {scopes}.")


@click.command("remove-fhir")
@click.argument("client_id")
def remove_fhir(client_id: str) -> None:
    """Take a client of /fhir out. Tokens that it holds end within five minutes."""
    with opened_store(Settings.from_env()) as store:
        removed = store.fhir_clients.remove(client_id)
    if not removed:
        raise click.ClickException(f"no client {client_id} of /fhir is registered")
    click.echo("Removed.")
