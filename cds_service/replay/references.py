"""References as the service knows them, `Type/id`: of transaction Bundles (`urn:uuid:`) and of absolute URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ABSOLUTE = re.compile(r"https?://\S+/([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?\Z")
_URN = "urn:uuid:"


def entries_of(bundle: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """The resources of a Bundle with an id each, pointing to each other by `Type/id`; None for an entry without one."""
    listed = bundle.get("entry")
    entries = listed if isinstance(listed, list) else []
    resources = [_with_id(entry) for entry in entries]
    names: dict[str, str] = {}
    for entry, resource in zip(entries, resources, strict=True):
        if resource is not None and isinstance(entry.get("fullUrl"), str) and resource.get("id"):
            names[entry["fullUrl"]] = f"{resource['resourceType']}/{resource['id']}"
    for resource in resources:
        yield None if resource is None else with_relative_references(resource, names)


def with_relative_references(value: Any, names: Mapping[str, str]) -> Any:
    """The same, each literal reference as `Type/id` where `names` or its own URL tell it."""
    if isinstance(value, list):
        return [with_relative_references(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        member: _relative(one, names)
        if member == "reference" and isinstance(one, str)
        else with_relative_references(one, names)
        for member, one in value.items()
    }


def _relative(reference: str, names: Mapping[str, str]) -> str:
    if reference in names:
        return names[reference]
    match = _ABSOLUTE.match(reference)
    return match[1] if match else reference


def _with_id(entry: Any) -> dict[str, Any] | None:
    """The entry's resource. A resource that is yet to be created has its name in `fullUrl` alone."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return None
    url = entry.get("fullUrl")
    if not resource.get("id") and isinstance(url, str) and url.startswith(_URN):
        return {**resource, "id": url.removeprefix(_URN)}
    return resource
