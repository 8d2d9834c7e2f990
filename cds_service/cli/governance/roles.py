"""`governance roles`: who may see the quality page, answer feedback, administer."""

from __future__ import annotations

import click

from cds_service.cli import opened_store
from cds_service.settings import Settings

ROLE = click.Choice(["rule-owner", "quality", "admin", "auditor"])
_PERSON = (
    "FHIR URL of the person, as the EHR's id_token names it: https://ehr.example.org/fhir/Practitioner/1. "
    "For staff who sign in without a chart, issuer and subject: https://login.example.org#1234."
)


@click.group("roles")
def roles() -> None:
    """Local roles of people in the SMART app; being a clinician needs none."""


@roles.command("grant")
@click.option("--tenant", required=True, help="The organisation's id here.")
@click.option("--person", required=True, help=_PERSON)
@click.option("--role", required=True, type=ROLE)
def grant(tenant: str, person: str, role: str) -> None:
    """Give a person a role."""
    with opened_store(Settings.from_env()) as store:
        store.people.grant(tenant, person, role)  # type: ignore[arg-type]
    click.echo(f"{person} is {role} at {tenant}.")


@roles.command("revoke")
@click.option("--tenant", required=True, help="The organisation's id here.")
@click.option("--person", required=True, help=_PERSON)
@click.option("--role", required=True, type=ROLE)
def revoke(tenant: str, person: str, role: str) -> None:
    """Take a role back."""
    with opened_store(Settings.from_env()) as store:
        if not store.people.revoke(tenant, person, role):  # type: ignore[arg-type]
            raise click.ClickException(f"{person} was not {role} at {tenant}")
    click.echo(f"{person} is no longer {role} at {tenant}.")


@roles.command("list")
def list_() -> None:
    """Show every grant."""
    with opened_store(Settings.from_env()) as store:
        for one in store.people.all():
            click.echo(f"{one.tenant}  {one.role}  {one.person}  since {one.granted_at:%Y-%m-%d}")
