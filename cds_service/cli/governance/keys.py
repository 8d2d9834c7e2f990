"""`governance keys`: change the data keys that clinical text is sealed with."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.cli import opened_store, put_on_record
from cds_service.settings import Settings

_output = click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the new keys (mode 0600) when they come from the environment.",
)


@click.group("keys")
def keys() -> None:
    """Data keys: new at first; later add, restart the service, reseal, retire."""


@keys.command("status")
def status() -> None:
    """Each key and how many values it sealed."""
    settings = Settings.from_env()
    with opened_store(settings) as store:
        use, current = store.resealing.use(), store.current_key
    for key_id in use.database:
        now = "current" if key_id == current else "nothing uses it" if use.of(key_id) == 0 else "in use"
        chain = f", {use.in_chain[key_id]} of them in the audit chain" if use.in_chain[key_id] else ""
        click.echo(f"{key_id:<12}{use.of(key_id):>10} values{chain}  {now}")
    if use.unknown:
        raise click.ClickException(f"{use.unknown} values were sealed by keys that are not here: nobody can open them")


@keys.command("new")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to make.")
def new(output: Path) -> None:
    """Make the first keys, for COUNTERSIGN_DATA_KEYS. Once: what they seal opens with these alone."""
    from cds_service.store.sealing.key_file import KeyDocument

    KeyDocument.first().write(output)
    click.echo(f'k1 made. Keep {output} where secrets are kept; start with COUNTERSIGN_DATA_KEYS="$(cat {output})".')


@keys.command("add")
@click.option("--standby", is_flag=True, help="Only add it; `keys use` names it current once every host knows it.")
@_output
def add(standby: bool, output: Path | None) -> None:
    """Make a new key. Restart the service afterwards: it seals with the keys it started with."""
    from cds_service.store.sealing.key_file import KeyDocument

    settings = Settings.from_env()
    document, key_id = KeyDocument.load(settings).with_new_key(standby)
    put_on_record(settings, "key-add", "begun", {"kid": key_id})
    document.write(output)
    put_on_record(settings, "key-add", "done", {"kid": key_id})
    click.echo(f"{key_id} added{'' if standby else ' and current'}. Restart the service.")


@keys.command("use")
@click.argument("key_id")
@_output
def use_key(key_id: str, output: Path | None) -> None:
    """Name the key that seals from the next start on."""
    from cds_service.store.sealing.key_file import KeyDocument

    settings = Settings.from_env()
    document = KeyDocument.load(settings).with_current(key_id)
    put_on_record(settings, "key-use", "begun", {"kid": key_id})
    document.write(output)
    put_on_record(settings, "key-use", "done", {"kid": key_id})
    click.echo(f"{key_id} is current. Restart the service.")


@keys.command("reseal")
@click.option("--batch", type=click.IntRange(min=1), default=200, show_default=True, help="Values in one transaction.")
def reseal(batch: int) -> None:
    """Seal anew what older keys sealed. May be stopped at any time and begun again."""
    with opened_store(Settings.from_env()) as store:
        store.drain()
        result = store.resealing.run(batch)
    click.echo(f"{result.done} values sealed anew.")
    if result.broken:
        raise click.ClickException(f"{result.broken} values do not open and were left as they are")


@keys.command("retire")
@click.argument("key_id")
@_output
def retire(key_id: str, output: Path | None) -> None:
    """Take a key out, once nothing uses it. It is kept beside, for backups that are older."""
    from cds_service.store.sealing.key_file import KeyDocument

    settings = Settings.from_env()
    document = KeyDocument.load(settings)
    with opened_store(settings) as store:
        used = store.resealing.use().of(key_id)
    if used:
        raise click.ClickException(f"{used} values still need {key_id}: restart the service, then `keys reseal`")
    without = document.without(key_id)
    put_on_record(settings, "key-retire", "begun", {"kid": key_id})
    without.write(output)
    put_on_record(settings, "key-retire", "done", {"kid": key_id})
    click.echo(f"{key_id} retired.")
