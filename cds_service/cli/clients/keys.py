"""What `clients` checks before it registers it: public keys (a file or the URL of a JWK Set), and origins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from cds_service.settings import Settings, is_loopback


def one_key_source(jwks: Path | None, jwks_url: str | None, settings: Settings) -> dict[str, Any] | None:
    """The key set of the file; None where the keys come from the URL. UsageError unless exactly one is given."""
    if (jwks is None) == (jwks_url is None):
        raise click.UsageError("give either --jwks FILE or --jwks-url URL")
    if jwks_url is not None:
        require_https(jwks_url, settings, "--jwks-url")
    return key_set(jwks) if jwks else None


def key_set(path: Path) -> dict[str, Any]:
    """The set as registered; refused here rather than at the first call when it cannot verify anything."""
    from cds_service.web.auth.key_sets import KeySet

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        usable = len(KeySet(document)) if isinstance(document, dict) else 0
    except ValueError as error:
        raise click.UsageError(f"{path.name} is not a usable JWK Set: {error}") from error
    if not usable:
        raise click.UsageError(f"{path.name} holds no ES384 or RS384 key with a kid")
    return dict(document)


def require_https(url: str, settings: Settings, option: str) -> None:
    """UsageError that names the option; http is enough on loopback, for trying out."""
    from cds_service.outbound import origin_of as whole_origin

    origin = whole_origin(url)
    local = origin is not None and settings.loopback and is_loopback(origin.host)
    if origin is None or "#" in url or (origin.scheme != "https" and not local):
        raise click.UsageError(f"{option} must be an https URL without user, password or fragment")


def origin_of(text: str, settings: Settings) -> str:
    """`https://host[:port]`, in small letters and without a default port. http only on loopback, for trying out."""
    try:
        parts = urlsplit(text.lower())
        port = parts.port
    except ValueError as error:
        raise click.UsageError(f"--auth-origin {text} is not an address") from error
    host = parts.hostname or ""
    local = settings.loopback and parts.scheme == "http" and is_loopback(host)
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if not host or "*" in host or not bare or not (parts.scheme == "https" or local):
        raise click.UsageError("--auth-origin must be https://host or https://host:port, without a path")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (
        f":{port}" if port not in (None, 443 if parts.scheme == "https" else 80) else ""
    )


def readable_key(path: Path) -> dict[str, Any]:
    """A private P-384 or RSA key as a JWK with `kid` and `alg`, from PEM or JWK. UsageError for anything else."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    text = path.read_text(encoding="utf-8")
    try:
        material = json.loads(text) if text.lstrip().startswith("{") else text
    except ValueError:
        raise click.UsageError(f"{path.name} is not JSON") from None
    for kind, alg in ((ECKey, "ES384"), (RSAKey, "RS384")):
        try:
            key = kind.import_key(material)
        except (JoseError, ValueError, TypeError):
            continue
        if key.is_private and (kind is RSAKey or key.as_dict()["crv"] == "P-384"):
            key.ensure_kid()
            return {**key.as_dict(private=True), "alg": alg, "use": "sig"}
    raise click.UsageError(f"{path.name} is not a P-384 or RSA private key")
