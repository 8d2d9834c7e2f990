"""A circuit breaker per FHIR server: one that fails again and again is left alone for a while.

Closed: calls go through. Open after FAILURES failures in a row: none goes through for REST seconds. Then half-open: one
call is the probe; its success closes, its failure opens again. A probe that is never reported is replaced after REST.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 5
REST = 15.0  # seconds


class Breaker:
    """Safe to share between threads. Whoever was let through reports `succeeded` or `failed`, once."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._resting_until = float("-inf")

    @property
    def open(self) -> bool:
        """True while the server is left alone, or only probed."""
        return self._failures >= FAILURES

    def lets_through(self) -> bool:
        """Whether a call may be made now; when half-open, True for one caller only."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self._monotonic()
            if now < self._resting_until:
                return False
            self._resting_until = now + REST
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._resting_until = self._monotonic() + REST


class Breakers:
    """One breaker for each FHIR base."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._of_base: dict[str, Breaker] = {}

    def of(self, base: str) -> Breaker:
        with self._lock:
            if base not in self._of_base:
                self._of_base[base] = Breaker(self._monotonic)
            return self._of_base[base]
