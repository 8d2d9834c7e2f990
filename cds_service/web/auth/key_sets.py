"""The public keys of one registered client: parsed once, chosen by `kid`, never guessed.

A set that holds a private key, or more keys than any issuer needs, is refused whole; a key that cannot verify our
algorithms is passed over; two keys of one `kid` leave that `kid` without a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds_service.errors import NotAuthenticated
from cds_service.web.auth.jose import PublicKey

MAX_KEYS = 50
MIN_RSA_BITS = 2048
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeySource(Protocol):
    """Where a client's keys come from: the set stored with its registration, or its registered URL."""

    def key(self, key_id: str, algorithm: str, /) -> PublicKey:
        """The one key of this id and algorithm, or NotAuthenticated."""


class KeySet:
    """A JWK Set, parsed. ValueError when it is not a usable set at all."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        keys = document.get("keys")
        if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
            raise ValueError("a JWK Set holds an array `keys` of objects")
        if len(keys) > MAX_KEYS:
            raise ValueError(f"a JWK Set of more than {MAX_KEYS} keys is refused")
        if any(key.keys() & _PRIVATE for key in keys):
            raise ValueError("the JWK Set holds a private or symmetric key")
        self._keys: dict[tuple[str, str], list[PublicKey]] = {}
        for key in keys:
            self._add(key)

    def __len__(self) -> int:
        return len(self._keys)

    def knows(self, key_id: str, algorithm: str) -> bool:
        return (key_id, algorithm) in self._keys

    def key(self, key_id: str, algorithm: str) -> PublicKey:
        found = self._keys.get((key_id, algorithm), [])
        if len(found) != 1:
            raise NotAuthenticated("kid fits no key" if not found else "kid fits more than one key")
        return found[0]

    def _add(self, jwk: Mapping[str, Any]) -> None:
        key_id, algorithm = jwk.get("kid"), _algorithm_of(jwk)
        if algorithm is None or not isinstance(key_id, str) or not key_id:
            return
        if algorithm == "RS384" and len(str(jwk.get("n", ""))) * 6 < MIN_RSA_BITS:
            return
        try:
            key = ECKey.import_key(dict(jwk)) if algorithm == "ES384" else RSAKey.import_key(dict(jwk))
        except (JoseError, ValueError, TypeError):
            return
        self._keys.setdefault((key_id, algorithm), []).append(key)


def _algorithm_of(jwk: Mapping[str, Any]) -> str | None:
    """The one algorithm of ours that this key can verify, or None."""
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        return None
    fits = {("EC", "P-384"): "ES384", ("RSA", None): "RS384"}.get((jwk.get("kty", ""), jwk.get("crv")))
    return fits if jwk.get("alg", fits) == fits else None
