"""The hook contracts, one file each, discovered from this folder. A new hook is one new file.

A contract file lists the members of its context and registers a function with `@hook(name, version, *members)` that
makes a Context of what they hold. Pure: no Flask, network, disk or clock.
"""

from __future__ import annotations

import importlib
import pkgutil

from cds_service.hooks.contract import HOOKS, Context, Hook
from cds_service.hooks.members import reference_of
from cds_service.hooks.request import HookRequest, parse_request

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["HOOKS", "Context", "Hook", "HookRequest", "parse_request", "reference_of"]
