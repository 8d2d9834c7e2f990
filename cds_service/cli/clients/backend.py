"""`clients add-backend`, `clients own-keys`: who we are to a tenant's authorization server, and by which keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cds_service.cli import opened_store
from cds_service.cli.clients.keys import require_https
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.store import Store

ALGORITHMS = ("ES384", "RS384")
SCOPES = "system/DocumentReference.rs system/Binary.r"
PUBLISHED_BEFORE = timedelta(hours=1)  # a new key stands in our set for so long before it signs


@click.command("add-backend")
@click.option("--tenant", required=True, help="The organisation's id here.")
@click.option("--fhir-base", required=True, help="FHIR base URL that is read.")
@click.option("--client-id", required=True, help="Our client id at its authorization server.")
@click.option("--token-url", help="Token endpoint. Default: what the server's .well-known/smart-configuration says.")
@click.option("--alg", type=click.Choice(ALGORITHMS), default="ES384", show_default=True)
@click.option("--scopes", default=SCOPES, show_default=True, help="Scopes asked for.")
def add_backend(tenant: str, fhir_base: str, client_id: str, token_url: str | None, alg: str, scopes: str) -> None:
    """Register us for SMART Backend Services at an EHR; `notes work` then reads note bodies there."""
    from cds_service.fhir.backend_services import WELL_KNOWN
    from cds_service.fhir.exchange import Exchange, NotAnswered
    from cds_service.store import BackendClient

    settings, base = Settings.from_env(), fhir_base.rstrip("/")
    with opened_store(settings) as store:
        if token_url is None:
            try:
                found = Exchange().document(base + WELL_KNOWN, settings.private_networks).get("token_endpoint")
            except NotAnswered as error:
                raise click.UsageError(f"{base}{WELL_KNOWN}: {error}; give --token-url") from error
            if not isinstance(found, str):
                raise click.UsageError("the server names no token_endpoint; give --token-url")
            token_url = found
        require_https(token_url, settings, "--token-url")
        require_https(base, settings, "--fhir-base")
        store.registrations.add_backend_client(
            BackendClient(tenant, base, client_id, token_url, alg, tuple(scopes.split()))
        )
        _make_first_keys(store)
    click.echo(f"Registered {client_id} at {base} for tenant {tenant}. Our keys: {key_set_url(settings)}")


@click.group("own-keys")
def own_keys() -> None:
    """Our signing keys: published at /.well-known/jwks.json."""


@own_keys.command("list")
def list_() -> None:
    """Show our keys by their ids, and since when each signs."""
    with opened_store(Settings.from_env()) as store:
        now = datetime.now(UTC)
        signing = {alg: key.kid for alg in ALGORITHMS if (key := store.own_keys.signing(alg, now))}
        for key in store.own_keys.all():
            state = "signs" if signing.get(key.algorithm) == key.kid else "published"
            click.echo(f"{key.kid}  {key.algorithm}  {state:<9}  signs from {key.signs_from:%Y-%m-%d %H:%M} UTC")


@own_keys.command("rotate")
@click.option("--now", "at_once", is_flag=True, help="Let the new keys sign at once: the old ones are known to others.")
def rotate(at_once: bool) -> None:
    """Make new keys. They are published at once and sign in an hour; the older ones stay published until retired."""
    from cds_service.fhir.own_keys import make_key

    with opened_store(Settings.from_env()) as store:
        now = datetime.now(UTC)
        for algorithm in ALGORITHMS:
            first = store.own_keys.signing(algorithm, now) is None
            key = make_key(algorithm, now, now if at_once or first else now + PUBLISHED_BEFORE)
            store.own_keys.add(key)
            click.echo(f"{key.kid}  {algorithm}  signs from {key.signs_from:%Y-%m-%d %H:%M} UTC")


@own_keys.command("retire", context_settings={"ignore_unknown_options": True})  # a thumbprint may begin with "-"
@click.argument("kid")
@click.option("--anyway", is_flag=True, help="Also the key that signs now: it may have been stolen.")
def retire(kid: str, anyway: bool) -> None:
    """Publish a key no more. Refused for the one that signs, unless --anyway; then the next newest signs."""
    with opened_store(Settings.from_env()) as store:
        now = datetime.now(UTC)
        signing = {key.kid for alg in ALGORITHMS if (key := store.own_keys.signing(alg, now))}
        if kid in signing and not anyway:
            raise click.UsageError(f"{kid} signs: rotate first, and wait until the new key does")
        if not store.own_keys.retire(kid):
            raise click.UsageError(f"we have no key {kid}")
    click.echo("Retired. Running workers forget it within half a minute.")


def key_set_url(settings: Settings) -> str:
    return f"{settings.public_url}/.well-known/jwks.json"


def _make_first_keys(store: Store) -> None:
    from cds_service.fhir.own_keys import make_key

    now = datetime.now(UTC)
    for algorithm in ALGORITHMS:
        if store.own_keys.signing(algorithm, now) is None:
            store.own_keys.add(make_key(algorithm, now, now))
