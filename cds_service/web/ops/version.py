"""The version of Countersign that runs, as its installation names it."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    try:
        return metadata.version("countersign")
    except metadata.PackageNotFoundError:
        return "unknown"  # started from a folder that was never installed
