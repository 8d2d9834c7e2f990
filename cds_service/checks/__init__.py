"""The clinical checks, one file each, discovered from this folder. A new check is one new file and its fixtures.

A check is a generator function over (chart, knowledge), registered with `@check`. It looks at the order first and at
missing data second: it yields nothing when it looked and has no concern, NotAssessed when it could not look and what
is missing could matter, and a Finding otherwise.

Every file of this folder is a check, except the registry. What several checks share lies in the folders: `stating` (the
finding and what it proposes), `matching` (which rows speak of an order), `pairs` (two medications together), `care`,
`notes` and `discharge` (each the matter of one service).
"""

from __future__ import annotations

import importlib
import pkgutil

from cds_service.checks.registry import CHECKS, Check, check

for _module in pkgutil.iter_modules(__path__):
    if not _module.ispkg:
        importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["CHECKS", "Check", "check"]
