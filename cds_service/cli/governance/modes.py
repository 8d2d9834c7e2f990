"""`governance modes`: which services a tenant uses, which of them run silent, and what silence kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.cli import opened_store
from cds_service.governance.exporting import output_option, period_options, written_to
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.store import SilentSigning

ALL = "*"
_TENANT = click.option("--tenant", required=True, help="The organisation's id here.")
_SERVICES = click.option("--service", "services", multiple=True, required=True, help="Service or view; repeatable.")


@click.group("modes")
def modes() -> None:
    """Services of a tenant: live, silent (answered without cards, which are kept) or off.

    What is not named is live. Workers know of a change within ten seconds.
    """


@modes.command("set")
@_TENANT
@click.option("--service", "services", multiple=True, help="Service or view; repeatable. Otherwise all not named.")
@click.argument("mode", type=click.Choice(["live", "silent", "off"]))
def set_(tenant: str, services: tuple[str, ...], mode: str) -> None:
    """Set the MODE of services of a tenant."""
    _change(tenant, dict.fromkeys(_known(services) or (ALL,), mode))


@modes.command("only")
@_TENANT
@_SERVICES
def only(tenant: str, services: tuple[str, ...]) -> None:
    """Offer these services and views to a tenant, and no others. One that runs silent goes on so."""
    with opened_store(Settings.from_env()) as store:
        now = {one.service: one.mode for one in store.modes.all() if one.tenant == tenant}
    kept = {service: "silent" if now.get(service) == "silent" else "live" for service in _known(services)}
    _change(tenant, {**dict.fromkeys(now, "off"), ALL: "off", **kept})


@modes.command("clear")
@_TENANT
def clear(tenant: str) -> None:
    """Make every service live for a tenant again."""
    with opened_store(Settings.from_env()) as store:
        store.modes.clear(tenant)
    click.echo(f"Every service is live for {tenant}.")


@modes.command("list")
def list_() -> None:
    """Show every mode; what is not listed is live."""
    with opened_store(Settings.from_env()) as store:
        for one in store.modes.all():
            name = "all others" if one.service == ALL else one.service
            click.echo(f"{one.tenant}  {name}  {one.mode}  since {one.since:%Y-%m-%d %H:%M} UTC")


@modes.command("report")
@_TENANT
@period_options
def report(tenant: str, start: datetime, end: datetime) -> None:
    """Print what services in silent mode would have shown: cards by service, topic, rule and indicator.

    A service's rate is of the orders that were signed while it was silent.
    """
    with opened_store(Settings.from_env()) as store:
        counts = store.modes.counts(tenant, start, end)
        signings = store.modes.signings(tenant, start, end)
    for one in counts:
        click.echo(f"{one.cards:>7}  {one.service}  {one.topic}  {one.rule or '(no rule)'}  {one.indicator}")
    total, signing = sum(one.cards for one in counts), sum(one.at_signing for one in counts)
    cards = "1 card was" if total == 1 else f"{total} cards were"
    click.echo(f"{cards} not shown, {signing} of them at signing.")
    for each in signings:
        click.echo(_rate(each))


def _rate(signing: SilentSigning) -> str:
    orders = "1 order was" if signing.orders == 1 else f"{signing.orders} orders were"
    cards = "1 card" if signing.cards == 1 else f"{signing.cards} cards"
    share = f", {100 * signing.cards / signing.orders:.1f} for 100 orders" if signing.orders else ""
    apart = f" Of {signing.unknown} earlier calls it is not known, and they are left out." if signing.unknown else ""
    return f"{signing.service}: {orders} signed while it was silent, with {cards}{share}.{apart}"


@modes.command("export")
@_TENANT
@period_options
@output_option
def export(tenant: str, start: datetime, end: datetime, output: Path | None) -> None:
    """Write each card that was not shown, as a JSON object a line. Holds patient data; is itself audited."""
    from cds_service.governance.writing import write_ndjson
    from cds_service.store import AuditEvent

    with opened_store(Settings.from_env()) as store, written_to(output) as out:
        store.audit(AuditEvent("export-silent-cards", "begun", tenant))
        count = write_ndjson(out, store.modes.cards(tenant, start, end))
        store.audit(AuditEvent("export-silent-cards", "done", tenant, detail={"count": count}))
    click.echo(f"{count} written.", err=True)


def _change(tenant: str, changes: dict[str, str]) -> None:
    with opened_store(Settings.from_env()) as store:
        known = {one.tenant for one in store.registrations.cds_clients()} | {"local"}
        if tenant not in known:
            raise click.UsageError(f"no client is registered for tenant {tenant}: clients add --tenant {tenant} ...")
        store.modes.set(tenant, changes)  # type: ignore[arg-type]
    for service, mode in changes.items():
        click.echo(f"{'all others' if service == ALL else service}: {mode} for {tenant}")


def _known(services: Iterable[str]) -> tuple[str, ...]:
    from cds_service.rooms import offered_services
    from cds_service.tables import knowledge_of
    from cds_service.views import views_of

    named = tuple(dict.fromkeys(services))
    if named:
        settings = Settings.from_env()
        offered = offered_services(knowledge_of(settings), views=views_of(settings))
        for service in named:
            if service not in offered:
                raise click.UsageError(f"there is no service {service}; there are {', '.join(offered)}")
    return named
