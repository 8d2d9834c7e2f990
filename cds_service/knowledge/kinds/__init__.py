"""The kinds of rows, one file each, discovered from this folder. A new kind of table is one new file, and its table."""

from __future__ import annotations

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
