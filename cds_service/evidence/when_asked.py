"""The search of a worker, opened on a thread of its own when it is first asked for."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache

from cds_service.evidence.opening import EvidenceSearch

PATIENCE = 1.0  # seconds from the beginning of the opening for which questions wait for it


class WhenAsked:
    """The search of a worker, opened when it is first asked for: most workers never are. Safe between threads.

    The first start of an installation embeds all our statements, which takes half a minute; until then `meanwhile`,
    which ranks by words alone and says so, answers instead.
    """

    def __init__(self, opened: Callable[[], EvidenceSearch], meanwhile: Callable[[], EvidenceSearch]) -> None:
        self._open, self._meanwhile, self._lock = opened, cache(meanwhile), threading.Lock()
        self._opening: Future[EvidenceSearch] | None = None
        self._begun = 0.0  # on the monotonic clock

    def __call__(self) -> EvidenceSearch:
        try:
            opening = self.begin()
            return opening.result(timeout=max(self._begun + PATIENCE - time.monotonic(), 0.0))
        except TimeoutError:
            return self._meanwhile()

    def begin(self) -> Future[EvidenceSearch]:
        """The search to come; opens it unless that was begun and has not failed."""
        with self._lock:
            if self._opening is None or (self._opening.done() and self._opening.exception()):
                self._opening, self._begun = Future(), time.monotonic()
                threading.Thread(target=self._run, args=(self._opening,), name="evidence").start()
            return self._opening

    def _run(self, opening: Future[EvidenceSearch]) -> None:
        if sys.platform == "linux":  # where a thread has a priority of its own: requests and other workers come first
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        try:
            self._meanwhile()  # ready for the first question that comes too early
            search = self._open()
            len(search)  # a search on disk opens its index only when it is used
            opening.set_result(search)
        except Exception as error:  # noqa: BLE001 - whatever it is, the question's own thread is told
            opening.set_exception(error)
