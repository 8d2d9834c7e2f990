"""The commands, one file each, found by this folder. A new command is a new file with a click command named `command`.

Files import what is heavy inside their command, so that `--help` and `clients list` load no model.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cds_service.settings import Settings
    from cds_service.store import Store
    from cds_service.store.records import Scalar


def commands() -> dict[str, click.Command]:
    """Command name to command, in the order of the alphabet."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return {command.name or "": command for command in (module.command for module in modules)}


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store of these settings, closed at the end; SettingsError says what to type when it is not migrated."""
    from cds_service.store import Keyring, check_revision, open_store

    check_revision(settings)
    with closing(open_store(settings, Keyring.load(settings))) as store:
        yield store


def put_on_record(settings: Settings, action: str, outcome: str, detail: Mapping[str, Scalar]) -> None:
    """A change of files in the audit trail: "begun" before it, "done" after it, as no transaction holds both.

    Where no database has been made yet there is no trail, and it is said that the change does not stand in one.
    """
    from cds_service.store import AuditEvent, is_missing

    if is_missing(settings.database_url):
        if outcome == "begun":
            click.echo("There is no database yet, so this change is not on record.", err=True)
        return
    with opened_store(settings) as store:
        store.audit(AuditEvent(action, outcome, detail=detail))
