"""Compact JWS as CDS Hooks uses it: read strictly, then verified with the one key that the registration names.

Nothing in the token chooses how it is verified. Keys or certificates that travel inside the header (`jwk`, `x5c`,
`x5u`), critical extensions and unencoded payloads are refused before any cryptography.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds_service.errors import InvalidRequest, NotAuthenticated
from cds_service.web.edge.strict_json import parse_object

PublicKey = ECKey | RSAKey
ALGORITHMS = frozenset({"ES384", "RS384"})
MAX_TOKEN = 16_384  # characters; the server in front caps header fields lower still
MAX_IDENTIFIER = 512

_BEARER = re.compile(r"(?i:bearer) ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\Z")
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_REFUSED_IN_HEADER = frozenset({"b64", "crit", "jwk", "x5c", "x5u"})


class _Registry(jws.JWSRegistry):
    max_header_length = 4096  # a header with a long jku passes joserfc's 512 bytes


_REGISTRY = _Registry(algorithms=sorted(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose form is sound; its signature is not yet checked. `text` stays out of repr and logs."""

    text: str = field(repr=False)
    algorithm: str
    key_id: str
    key_set_url: str | None
    issuer: str
    audience: tuple[str, ...]
    token_id: str
    issued_at: float
    not_before: float | None
    expires_at: float
    tenant: str | None
    subject: str | None = None


def read_token(authorization: str | None) -> Token:
    """The Bearer token of an Authorization header; NotAuthenticated when its form alone refuses it."""
    match = _BEARER.match(authorization) if authorization and len(authorization) <= MAX_TOKEN else None
    if match is None:
        raise NotAuthenticated("no bearer token" if not authorization else "not one bearer token in compact form")
    return read_compact(match[1])


def read_compact(text: str) -> Token:
    """A token in compact form, wherever it stood; NotAuthenticated when its form alone refuses it."""
    if len(text) > MAX_TOKEN or not _COMPACT.match(text):
        raise NotAuthenticated("not one token in compact form")
    header_part, claims_part, _ = text.split(".")
    header, claims = _json_part(header_part), _json_part(claims_part)
    if header.get("typ") != "JWT":
        raise NotAuthenticated("typ is not JWT")
    if header.keys() & _REFUSED_IN_HEADER:
        raise NotAuthenticated("header carries a key, a certificate or a critical extension")
    algorithm = _text(header, "alg")
    if algorithm not in ALGORITHMS:
        raise NotAuthenticated("algorithm is not allowed")
    return Token(
        text=text,
        algorithm=algorithm,
        key_id=_text(header, "kid"),
        key_set_url=_text(header, "jku") if "jku" in header else None,
        issuer=_text(claims, "iss"),
        audience=_audience(claims.get("aud")),
        token_id=_text(claims, "jti"),
        issued_at=_instant(claims, "iat"),
        not_before=_instant(claims, "nbf") if "nbf" in claims else None,
        expires_at=_instant(claims, "exp"),
        tenant=_text(claims, "tenant") if "tenant" in claims else None,
        subject=claims["sub"] if isinstance(claims.get("sub"), str) else None,
    )


def verify_signature(token: Token, key: PublicKey) -> None:
    """Raise NotAuthenticated unless `key` made the signature with the token's algorithm."""
    try:
        jws.deserialize_compact(token.text, key, algorithms=[token.algorithm], registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        raise NotAuthenticated("signature does not verify") from None


def _json_part(part: str) -> Mapping[str, Any]:
    try:
        return parse_object(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (InvalidRequest, binascii.Error):
        raise NotAuthenticated("header or claims are not one strict JSON object") from None


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_IDENTIFIER:
        raise NotAuthenticated(f"{name} is missing or not a text")
    return value


def _instant(claims: Mapping[str, Any], name: str) -> float:
    """Seconds since the epoch. A boolean is an int in Python, and none of ours."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotAuthenticated(f"{name} is missing or not a number")
    return float(value)


def _audience(value: object) -> tuple[str, ...]:
    audience = [value] if isinstance(value, str) else value
    if not isinstance(audience, list) or not audience or not all(isinstance(one, str) for one in audience):
        raise NotAuthenticated("aud is missing or not a text")
    return tuple(audience)
