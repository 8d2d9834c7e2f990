"""gunicorn's settings for the CDS service; `python -m cds_service serve` starts it with them.

Threads, as a call waits for the database and for other EHR servers. No preload: each worker wires itself, so that
model sessions and database connections are made after the fork. For the same reason this module imports none of the
rooms: with onnxruntime imported in the master, its forked workers abort when they leave. What time a caller may
take for a request is in gunicorn_worker.py; a buffering proxy stands in front of any start that is not for one machine.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

wsgi_app = "cds_service:create_app()"
proc_name = "countersign"
worker_class = "cds_service.gunicorn_worker.PatientWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = False
control_socket_disable = True

timeout = 30  # seconds without a heartbeat before a worker is replaced; far beyond any call's deadline
graceful_timeout = 10  # longer than the hard deadline of a call, so that a restart loses none
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000

limit_request_line = 8190
limit_request_fields = 50
limit_request_field_size = 8190  # also the longest client token

# Containers that may stay alive before they are searched for cycles. A call makes thousands and gives them back by
# their counts; at Python's 700 the search ran in every call.
NEW_OBJECTS = 10_000

accesslog = None  # one JSON line per call comes from the service itself, without path or query
errorlog = "-"
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108  heartbeats must not wait for a disk


def post_worker_init(worker: Worker) -> None:
    from cds_service.record import put_start_on_record
    from cds_service.store.worker import keep
    from cds_service.web.ops.logs import say_what_is_served

    rooms = worker.wsgi.extensions["countersign"]
    say_what_is_served(rooms)
    put_start_on_record(rooms)
    # What an outage left in the journal is taken in by whichever worker comes first, not by somebody's call.
    threading.Thread(target=keep, args=(rooms.store,), name="journal", daemon=True).start()
    leave_the_tables_alone()


def leave_the_tables_alone() -> None:
    """What a worker has read at its start lives as long as it does. Going through these 250,000 objects for cycles
    again and again would find none, and stop a call for a tenth of a second each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """A second SIGTERM (a terminal or honcho signals the whole group, and the master signals again) would come while
    the interpreter and its native libraries are half taken down, and end in an abort."""
    for again in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(again, signal.SIG_IGN)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Let /metrics forget the gauges of a worker that is gone; its counters stay in the sum."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
