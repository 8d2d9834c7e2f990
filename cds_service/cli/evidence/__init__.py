"""`evidence`: import passages, look at them, search them, retire them; and what was measured about them."""

from __future__ import annotations

import importlib
import pkgutil

import click


@click.group("evidence")
def command() -> None:
    """The evidence corpus: what a site imports, beside the statements behind our rules."""


for _found in pkgutil.iter_modules(__path__):
    command.add_command(importlib.import_module(f"{__name__}.{_found.name}").command)
