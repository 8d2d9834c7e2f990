"""Small parts of R4 resources that several exports write."""

from __future__ import annotations

from typing import Any

EXTENSIONS = "urn:countersign:"


def extension(name: str, **value: Any) -> dict[str, Any]:
    """`value` is one `value[x]` member."""
    return {"url": f"{EXTENSIONS}{name}", **value}


def coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}
