"""Small parts of R4 resources that several exports write."""

from __future__ import annotations

from typing import Any

EXTENSIONS = "urn:countersign:"


def extension(name: str, **value: Any) -> dict[str, Any]:
    """`value` is one `value[x]` member."""
    return {"url": f"{EXTENSIONS}{name}", **value}


def reference(kind: str, id_or_reference: str | None) -> dict[str, str] | None:
    """A Reference to an id of this kind, or to what already is a reference; None when it is not known."""
    if not id_or_reference:
        return None
    whole = id_or_reference if "/" in id_or_reference else f"{kind}/{id_or_reference}"
    return {"reference": whole}


def coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}
