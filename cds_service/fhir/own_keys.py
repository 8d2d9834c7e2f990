"""Our signing keys and what we sign with them: the proof of who we are at an authorization server (private_key_jwt)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from cds_service.store import OwnKey

ALGORITHMS = ("ES384", "RS384")
LIFETIME = 240  # seconds; the standard's limit is five minutes
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
RSA_BITS = 3072


def make_key(algorithm: str, now: datetime, signs_from: datetime) -> OwnKey:
    """A new key of one of ALGORITHMS; its id is its RFC 7638 thumbprint."""
    key: ECKey | RSAKey = ECKey.generate_key("P-384") if algorithm == "ES384" else RSAKey.generate_key(RSA_BITS)
    kid = key.thumbprint()
    shared = {"kid": kid, "use": "sig", "alg": algorithm}
    public = {**key.as_dict(private=False), **shared}
    return OwnKey(kid, algorithm, public, {**key.as_dict(private=True), **shared}, signs_from, now)


def assertion(key: OwnKey, client_id: str, token_url: str, now: datetime, jku: str | None = None) -> str:
    """A fresh `client_assertion` for one token request. `jku` only where that very URL is registered."""
    header: dict[str, Any] = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
    at = int(now.timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": token_url, "exp": at + LIFETIME, "iat": at}
    private = (ECKey if key.algorithm == "ES384" else RSAKey).import_key(dict(key.private))
    return jwt.encode(
        {**header, **({"jku": jku} if jku else {})},
        {**claims, "jti": str(uuid.uuid4())},
        private,
        algorithms=[key.algorithm],
    )
