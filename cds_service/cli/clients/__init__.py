"""`clients`: register the EHRs that may call, and our own registration as a SMART app at theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cds_service.cards.dialects import DIALECTS
from cds_service.cli import opened_store
from cds_service.cli.clients.backend import add_backend, own_keys
from cds_service.cli.clients.fhir import add_fhir, remove_fhir
from cds_service.cli.clients.keys import one_key_source, origin_of, readable_key
from cds_service.cli.clients.sheet import sheet
from cds_service.cli.clients.trial import trial
from cds_service.settings import Settings

ALGORITHMS = ("ES384", "RS384")
# What all pages of the app work with; with less, a page says what it was not allowed to read.
SCOPES = (
    "launch openid fhirUser "
    "patient/Patient.r patient/MedicationRequest.rs patient/Observation.rs "
    "patient/AllergyIntolerance.rs patient/Condition.rs"
)
LONGEST_LIFETIME = 3600  # seconds; some EHRs sign for 15 minutes, none has a reason to sign for more than an hour
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("clients")
def command() -> None:
    """Register CDS clients and SMART issuers."""


@command.command("add")
@click.option("--tenant", required=True, help="The organisation's id here.")
@click.option("--iss", required=True, help="`iss` of its tokens, character for character.")
@click.option("--jwks", type=_FILE, help="File with its public keys (JWK Set).")
@click.option("--jwks-url", help="https URL of its public keys; also the only `jku` accepted.")
@click.option(
    "--alg", multiple=True, type=click.Choice(ALGORITHMS), help="Allowed algorithm; repeatable. Default: both."
)
@click.option("--dialect", type=click.Choice(sorted(DIALECTS)), default="standard", show_default=True)
@click.option("--fhir-base", multiple=True, help="FHIR server that its calls may name; repeatable.")
@click.option(
    "--max-lifetime", type=click.IntRange(1, LONGEST_LIFETIME), default=300, show_default=True, metavar="SECONDS"
)
@click.option("--service-client-id", help="Our OAuth client id there: `subject` of the tokens it hands us.")
def add(
    tenant: str,
    iss: str,
    jwks: Path | None,
    jwks_url: str | None,
    alg: tuple[str, ...],
    dialect: str,
    fhir_base: tuple[str, ...],
    max_lifetime: int,
    service_client_id: str | None,
) -> None:
    """Register an EHR that signs its CDS Hooks calls; again for the same tenant and issuer replaces it."""
    from cds_service.store import CdsClient

    settings = Settings.from_env()
    keys = one_key_source(jwks, jwks_url, settings)
    client = CdsClient(
        tenant=tenant,
        issuer=iss,
        jwks=keys,
        jwks_url=jwks_url,
        algorithms=tuple(dict.fromkeys(alg)) or ALGORITHMS,
        dialect=dialect,
        fhir_bases=fhir_base,
        max_lifetime=max_lifetime,
        service_client_id=service_client_id,
        created=datetime.now(UTC),
    )
    with opened_store(settings) as store:
        store.registrations.add_cds_client(client)
    click.echo(f"Registered {iss} for tenant {tenant}: {', '.join(client.algorithms)}, {dialect} dialect.")


@command.command("list")
def list_() -> None:
    """Show every registration; keys by their ids, no secret."""
    with opened_store(Settings.from_env()) as store:
        for client in store.registrations.cds_clients():
            keys = ", ".join(str(key.get("kid")) for key in client.jwks["keys"]) if client.jwks else client.jwks_url
            about = f"{', '.join(client.algorithms)}  at most {client.max_lifetime} s  keys: {keys}"
            click.echo(f"cds  {client.tenant}  {client.issuer}  {client.dialect}  {about}")
        for app in store.registrations.smart_clients():
            proof = "private key" if app.private_jwk else "secret" if app.secret else "public"
            elsewhere = f"  also at: {' '.join(app.auth_origins)}" if app.auth_origins else ""
            click.echo(f"app  {app.tenant}  {app.issuer}  {app.client_id}  {proof}  {' '.join(app.scopes)}{elsewhere}")
        for ours in store.registrations.backend_clients():
            click.echo(
                f"back {ours.tenant}  {ours.fhir_base}  {ours.client_id}  {ours.algorithm}  {' '.join(ours.scopes)}"
            )
        for one in store.modes.all():
            click.echo(f"mode {one.tenant}  {'all others' if one.service == '*' else one.service}  {one.mode}")
        for reader in store.fhir_clients.all():
            click.echo(f"fhir {reader.tenant}  {reader.client_id}  {' '.join(reader.scopes)}")


@command.command("add-app")
@click.option("--tenant", required=True, help="The organisation's id here.")
@click.option("--iss", required=True, help="FHIR base URL that launches name as `iss`, to the last slash.")
@click.option("--client-id", required=True, help="The app's client id there.")
@click.option("--secret-file", type=_FILE, help="File that holds the client secret.")
@click.option("--private-key", type=_FILE, help="File with the private key (PEM or JWK) for private_key_jwt.")
@click.option("--scopes", default=SCOPES, show_default=True, help="Scopes asked for at launch.")
@click.option(
    "--auth-origin",
    multiple=True,
    help="Origin of its authorization server where that is not the FHIR base's (https://host); repeatable.",
)
def add_app(
    tenant: str,
    iss: str,
    client_id: str,
    secret_file: Path | None,
    private_key: Path | None,
    scopes: str,
    auth_origin: tuple[str, ...],
) -> None:
    """Register the SMART app's client at an EHR; without secret and key it is a public client."""
    from cds_service.store import SmartClient

    if secret_file and private_key:
        raise click.UsageError("give --secret-file or --private-key, not both")
    secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else None
    if secret == "":
        raise click.UsageError("the secret file is empty")
    settings = Settings.from_env()
    client = SmartClient(
        tenant=tenant,
        issuer=iss,
        client_id=client_id,
        secret=secret,
        private_jwk=readable_key(private_key) if private_key else None,
        scopes=tuple(scopes.split()),
        auth_origins=tuple(dict.fromkeys(origin_of(one, settings) for one in auth_origin)),
    )
    with opened_store(settings) as store:
        store.registrations.add_smart_client(client)
    click.echo(f"Registered the app at {client.issuer} for tenant {tenant}.")


command.add_command(add_backend)
command.add_command(add_fhir)
command.add_command(own_keys)
command.add_command(remove_fhir)
command.add_command(sheet)
command.add_command(trial)
