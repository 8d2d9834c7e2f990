"""Public keys as `clients` takes them: a file with a JWK Set, or the URL of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from cds_service.settings import Settings, is_loopback


def key_set(path: Path) -> dict[str, Any]:
    """The set as registered; refused here rather than at the first call when it cannot verify anything."""
    from cds_service.web.key_sets import KeySet

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        usable = len(KeySet(document)) if isinstance(document, dict) else 0
    except ValueError as error:
        raise click.UsageError(f"{path.name} is not a usable JWK Set: {error}") from error
    if not usable:
        raise click.UsageError(f"{path.name} holds no ES384 or RS384 key with a kid")
    return dict(document)


def require_https(url: str, settings: Settings) -> None:
    parts = urlsplit(url)
    local = settings.loopback and is_loopback(parts.hostname or "")
    if not parts.hostname or parts.username or parts.fragment or (parts.scheme != "https" and not local):
        raise click.UsageError("--jwks-url must be an https URL without user, password or fragment")
