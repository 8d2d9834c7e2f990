"""The journal is taken in without anybody's call, once the database answers again."""

from __future__ import annotations

import threading

from cds_service.errors import StoreUnavailable
from cds_service.store.worker import keep_draining


class Outage:
    """A store whose database is down for the first look."""

    def __init__(self, records: int, stop: threading.Event) -> None:
        self.waiting = records
        self.looks = 0
        self._stop = stop

    def pending(self) -> int:
        return self.waiting

    def drain(self) -> int:
        self.looks += 1
        if self.looks == 1:
            raise StoreUnavailable("the database does not answer")
        taken, self.waiting = self.waiting, 0
        self._stop.set()
        return taken


def test_the_journal_is_tried_again_until_the_database_answers() -> None:
    stop = threading.Event()
    store = Outage(3, stop)
    keep_draining(store, stop, every=0.001)
    assert store.waiting == 0
    assert store.looks == 2
