"""The FHIR servers of one worker: what outlives a hook call, and no token among it.

A bulkhead for each tenant: so many of its calls may wait for its server at once, on threads of its own. A further one
is not made to wait and goes on without the server, so that a slow EHR never takes the threads that answer the others.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from cds_service.fhir.base import FhirBase
from cds_service.fhir.breaker import Breakers
from cds_service.fhir.client import FhirClient, ReadReport, http_client
from cds_service.fhir.transport import FhirTransport

CALLS_PER_TENANT = 3  # that wait at once in one worker; it has four threads
READS_PER_CALL = 8  # connections that one call opens at once


@dataclass(frozen=True, slots=True)
class Line:
    """A client for one hook call and the threads that its reads run on."""

    client: FhirClient
    threads: Executor
    remaining: Callable[[], float]


class FhirServers:
    """Breakers, bulkheads and trust anchors. Safe to share between threads; made after the fork, opens nothing."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, context: ssl.SSLContext | None = None) -> None:
        self._monotonic = monotonic
        self._context = context
        self._breakers = Breakers(monotonic)
        self._lock = threading.Lock()
        self._bulkheads: dict[str, _Bulkhead] = {}

    @contextmanager
    def line(
        self, tenant: str, base: FhirBase, token: str, ends: float, report: Callable[[ReadReport], None]
    ) -> Iterator[Line | None]:
        """A line to one base until `ends` (monotonic seconds); None when this tenant's bulkhead is full.

        Whatever still runs when the block is left is cut off, and the token goes with it.
        """
        bulkhead = self._bulkhead(tenant)
        if not bulkhead.calls.acquire(blocking=False):
            yield None
            return

        def remaining() -> float:
            return ends - self._monotonic()

        try:
            transport = FhirTransport(base.reach, self._trust, remaining, READS_PER_CALL)
            with http_client(transport, token) as http:
                client = FhirClient(base, http, self._breakers.of(base.url), remaining, report)
                yield Line(client, bulkhead.threads, remaining)
        finally:
            bulkhead.calls.release()

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _bulkhead(self, tenant: str) -> _Bulkhead:
        with self._lock:
            if tenant not in self._bulkheads:
                self._bulkheads[tenant] = _Bulkhead()
            return self._bulkheads[tenant]


class _Bulkhead:
    def __init__(self) -> None:
        self.calls = threading.Semaphore(CALLS_PER_TENANT)
        self.threads = ThreadPoolExecutor(CALLS_PER_TENANT * READS_PER_CALL, thread_name_prefix="fhir")
