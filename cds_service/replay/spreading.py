"""Jobs on one process, on several of this machine, or on a Dask cluster. Each leaves its own file, so that nothing
large comes back and what is done stays done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cds_service.errors import SettingsError
from cds_service.replay.working import Job, work

ANSWERS_WITHIN_S = 10.0  # a scheduler
_INSTALL = "it needs Dask: pip install 'countersign[replay]' (in a clone: pip install -e '.[replay]')"


def spread(jobs: Sequence[Job], workers: int, scheduler: str, done: Callable[[], None]) -> None:
    """Work them all off; `done` is called after each that this process did itself.

    SettingsError when Dask is needed and not installed: never serial in silence.
    """
    if scheduler:
        _on_cluster(jobs, scheduler)
    elif workers > 1 and len(jobs) > 1:
        _on_processes(jobs, workers)
    else:
        for job in jobs:
            work(job)
            done()


def _on_processes(jobs: Sequence[Job], workers: int) -> None:
    """Dask's own processes talk over pipes, which nobody else on the machine can reach."""
    try:
        import dask
    except ImportError:
        raise SettingsError(f"--workers {workers}: {_INSTALL}") from None
    dask.compute(*(dask.delayed(work)(job) for job in jobs), scheduler="processes", num_workers=workers, chunksize=1)


def _on_cluster(jobs: Sequence[Job], scheduler: str) -> None:
    try:
        from distributed import Client
    except ImportError:
        raise SettingsError(f"--scheduler {scheduler}: {_INSTALL}") from None
    try:
        client = Client(scheduler, timeout=ANSWERS_WITHIN_S)
    except OSError:
        raise SettingsError(f"--scheduler {scheduler}: no scheduler answers there") from None
    with client:
        # Not pure: a job that is asked for again because its file is gone must run again.
        client.gather(client.map(work, jobs, pure=False))
