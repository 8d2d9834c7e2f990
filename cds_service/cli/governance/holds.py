"""`governance hold`: keep what a legal matter is about from retention."""

from __future__ import annotations

import click

from cds_service.cli import opened_store
from cds_service.settings import Settings


@click.group("hold")
def hold() -> None:
    """Legal holds: retention passes over what they are about."""


@hold.command("place")
@click.option("--tenant", required=True)
@click.option("--case", "case_id", required=True, metavar="ID", help="Name of the matter; nothing about a person.")
@click.option("--patient", metavar="ID", help="FHIR id; only this patient of the tenant.")
@click.option("--card", "card_uuid", metavar="UUID", help="Only the call that this card answered.")
def place(tenant: str, case_id: str, patient: str | None, card_uuid: str | None) -> None:
    """Hold a tenant, or one patient or card of it."""
    if patient and card_uuid:
        raise click.UsageError("a hold is about a patient or about a card")
    with opened_store(Settings.from_env()) as store:
        click.echo(store.holds.place(tenant, case_id, patient, card_uuid))


@hold.command("lift")
@click.argument("hold_id")
def lift(hold_id: str) -> None:
    """End a hold: its matter falls under retention again."""
    with opened_store(Settings.from_env()) as store:
        store.holds.lift(hold_id)
    click.echo("Lifted.")


@hold.command("list")
def list_holds() -> None:
    """Every hold, the lifted ones too."""
    with opened_store(Settings.from_env()) as store:
        for one in store.holds.all():
            state = f"lifted {one.lifted_at.date()}" if one.lifted_at else "stands"
            click.echo(f"{one.id}  {one.tenant}  {one.about}  case {one.case_id}  {one.placed_at.date()}  {state}")
