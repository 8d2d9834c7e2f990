"""The registered CDS clients, read from the store and kept: by issuer, with their keys parsed.

`clients add` takes effect within seconds. An outage of the main database leaves the clients that are already known
known: hooks answer on, as the replay guard is a store of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import orjson

from cds_service.errors import NotAuthenticated, StoreUnavailable
from cds_service.fhir.tenant import Tenant
from cds_service.store import CdsClient
from cds_service.web.auth.jose import PublicKey
from cds_service.web.auth.key_fetch import RemoteKeySet
from cds_service.web.auth.key_sets import KeySet, KeySource

FRESH = 10.0  # seconds between two readings of the table
LOOK_AGAIN = 1.0  # seconds between two readings that an unknown issuer causes


@dataclass(frozen=True, slots=True)
class Registration:
    """One client: who it is, its keys, and what its tokens may be like."""

    tenant: Tenant
    keys: KeySource
    key_set_url: str | None
    algorithms: tuple[str, ...]
    max_lifetime: int


class Registrations:
    """Look-up by issuer. Safe to share between threads."""

    def __init__(
        self,
        read: Callable[[], Iterable[CdsClient]],
        *,
        allow_loopback: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._allow_loopback = allow_loopback
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._read_at = float("-inf")
        self._by_issuer: Mapping[str, tuple[Registration, ...]] | None = None
        self._key_sources: dict[bytes, KeySource] = {}

    def of_issuer(self, issuer: str) -> tuple[Registration, ...]:
        """The clients of one issuer, none when unknown; StoreUnavailable when none could ever be read."""
        age = self._monotonic() - self._read_at
        if self._by_issuer is None:
            with self._reading:
                if self._by_issuer is None:
                    self._refresh()
        elif age > FRESH or (issuer not in self._by_issuer and age > LOOK_AGAIN):
            self._refresh_if_idle()
        assert self._by_issuer is not None
        return self._by_issuer.get(issuer, ())

    def _refresh_if_idle(self) -> None:
        """Read again, unless another thread does already; an outage keeps what is known."""
        if not self._reading.acquire(blocking=False):
            return
        try:
            self._refresh()
        except StoreUnavailable:
            self._read_at = self._monotonic()
        finally:
            self._reading.release()

    def _refresh(self) -> None:
        by_issuer: dict[str, tuple[Registration, ...]] = {}
        for client in self._read():
            by_issuer[client.issuer] = (*by_issuer.get(client.issuer, ()), self._registration(client))
        self._by_issuer, self._read_at = by_issuer, self._monotonic()

    def _registration(self, client: CdsClient) -> Registration:
        return Registration(
            tenant=Tenant(
                client.tenant, client.issuer, client.dialect, tuple(client.fhir_bases), client.service_client_id
            ),
            keys=self._keys(client),
            key_set_url=client.jwks_url,
            algorithms=tuple(client.algorithms),
            max_lifetime=client.max_lifetime,
        )

    def _keys(self, client: CdsClient) -> KeySource:
        """Parsed keys are kept over readings: what a client registered rarely changes."""
        identity = orjson.dumps([client.issuer, client.jwks, client.jwks_url], option=orjson.OPT_SORT_KEYS)
        if identity not in self._key_sources:
            self._key_sources[identity] = self._parsed(client)
        return self._key_sources[identity]

    def _parsed(self, client: CdsClient) -> KeySource:
        if client.jwks is not None:
            try:
                return KeySet(client.jwks)
            except ValueError:
                return _NoKeys()
        if client.jwks_url:
            return RemoteKeySet(client.jwks_url, allow_loopback=self._allow_loopback)
        return _NoKeys()


class _NoKeys:
    """A registration whose keys cannot be used refuses its own tokens and leaves the other clients alone."""

    def key(self, _key_id: str, _algorithm: str, /) -> PublicKey:
        raise NotAuthenticated("the registration has no usable keys")
