"""The worker's queue: huey, in an SQLite file of its own or in the PostgreSQL of the store.

What has to be done stands in the store (`Notes`), so a lost queue loses nothing: a note whose job never came back is
given out again. Jobs name a note by a keyed digest and carry nothing else; they are signed, as huey unpickles them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from huey import Huey, PostgresHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy.engine import make_url

from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store import Keyring, Notes

NAME = "countersign-notes"
TABLES = "countersign_job"  # what the names of its tables begin with; `store.upkeep.roles` grants them
EVERY = 2.0  # seconds between two looks at the list
AT_ONCE = 50


@contextmanager
def opened_queue(settings: Settings, keyring: Keyring) -> Iterator[Huey]:
    """The queue of this process, closed at the end. In PostgreSQL `migrate` has made its tables."""
    queue = _queue(settings, keyring)
    try:
        yield queue
    finally:
        queue.storage.close()


def _queue(settings: Settings, keyring: Keyring) -> Huey:
    shared: dict[str, Any] = {
        "name": NAME,
        "results": False,
        "serializer": SignedSerializer(secret=keyring.mac("jobs", b"").hex()),
    }
    dsn = _dsn(settings)
    if dsn is None:
        return SqliteHuey(filename=str(settings.run_dir / "jobs.sqlite3"), **shared)
    return PostgresHuey(dsn=dsn, table_prefix=TABLES, create_tables=False, **shared)


def prepare(settings: Settings) -> None:
    """Make the queue's tables in PostgreSQL, as their owner; nothing to do for SQLite."""
    dsn = _dsn(settings)
    if dsn is not None:
        PostgresHuey(NAME, dsn=dsn, table_prefix=TABLES, results=False).storage.close()


def _dsn(settings: Settings) -> str | None:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "postgresql":
        return None
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def read_job(queue: Huey, read: Callable[[str], str]) -> Callable[[str], object]:
    """The job on this queue: call what is returned with a note's id to put it there."""

    def read_note(note_id: str) -> None:
        read(note_id)

    job: Callable[[str], object] = queue.task()(read_note)
    return job


def feed(notes: Notes, job: Callable[[str], object]) -> int:
    """Put what waits on the queue; how many."""
    waiting = notes.waiting(AT_ONCE)
    for note_id in waiting:
        job(note_id)
    return len(waiting)


def work_off(queue: Huey) -> int:
    """Do every job that stands on the queue now, one after the other; how many."""
    done = 0
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
        done += 1
    return done


def keep_feeding(notes: Notes, job: Callable[[str], object], stop: threading.Event, every: float = EVERY) -> None:
    """Feed until `stop` is set; while the database is down, look again later."""
    while not stop.wait(every):
        try:
            feed(notes, job)
        except StoreUnavailable:
            continue
