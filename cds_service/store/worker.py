"""What a worker does for the store in the background: takes the journal in when the database is back, makes months."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import structlog

from cds_service.errors import StoreUnavailable

if TYPE_CHECKING:
    from cds_service.store.store import Store

EVERY = 5.0  # seconds between looks at the journal
MONTHS_EVERY = 6 * 3600.0  # seconds between looks at the months

log = structlog.get_logger("countersign.upkeep")


def keep(store: Store) -> None:
    """The life of the background thread."""
    threading.Thread(target=keep_months, args=(store,), name="months", daemon=True).start()
    keep_draining(store)


def keep_months(store: Store, stop: threading.Event | None = None, every: float = MONTHS_EVERY) -> None:
    """Have the coming months ready, until `stop` is set; a busy or absent database is asked again soon."""
    stop, wait = stop or threading.Event(), 0.0
    while not stop.wait(wait):
        try:
            made = store.make_months()
        except StoreUnavailable:
            wait = EVERY * 12
            continue
        if made:
            log.info("months made", count=made)
        wait = every


def keep_draining(store: Store, stop: threading.Event | None = None, every: float = EVERY) -> None:
    """Look at the journal until `stop` is set; while the database is down, look again later."""
    stop = stop or threading.Event()
    while not stop.wait(every):
        if not store.pending():
            continue
        try:
            taken = store.drain()
        except StoreUnavailable:
            continue
        log.info("journal taken in", count=taken)
