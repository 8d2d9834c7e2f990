"""How each tenant uses the services, read from the store and kept for seconds: a command takes effect without a start.

An outage of the main database leaves what is known known. What could never be read is live: an outage must not take the
warnings away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cds_service.fhir.tenant import Tenant
from cds_service.store import ServiceMode, StoreUnavailable

FRESH = 10.0  # seconds between two readings of the table


class TenantModes:
    """Safe to share between threads."""

    def __init__(
        self, read: Callable[[], Iterable[ServiceMode]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._read_at = float("-inf")
        self._by_tenant: Mapping[str, Mapping[str, str]] = {}

    def given(self, tenant: Tenant) -> Tenant:
        """The tenant with its modes."""
        # Until it has been read once, everybody waits: a call must not be live only because it was the second.
        if self._old() and self._reading.acquire(blocking=self._read_at == float("-inf")):
            try:
                self._refresh()
            finally:
                self._reading.release()
        modes = self._by_tenant.get(tenant.id)
        return replace(tenant, modes=modes) if modes else tenant

    def _old(self) -> bool:
        return self._monotonic() - self._read_at > FRESH

    def _refresh(self) -> None:
        if not self._old():  # another thread has read while this one waited
            return
        found: dict[str, dict[str, str]] = {}
        try:
            for one in self._read():
                found.setdefault(one.tenant, {})[one.service] = one.mode
            self._by_tenant = found
        except StoreUnavailable:
            pass
        self._read_at = self._monotonic()
