"""The whole way of a replay: sort, spread, add up. With a work folder that is kept, what is done stays done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from cds_service.replay.asking import Voice
from cds_service.replay.partitions import Partition, partitions_of, sort_history
from cds_service.replay.plan import Plan
from cds_service.replay.sources import File
from cds_service.replay.spreading import spread
from cds_service.replay.tally import Tally
from cds_service.replay.working import Job

_SORTED = "sorted.json"
Said = Callable[[str], None]


def sorted_into(work: Path, files: Sequence[File]) -> tuple[list[Partition], Tally]:
    """The partitions of these files in the work folder, and what was found in them; those that are there are used."""
    folder = work / _fingerprint(files)
    done = folder / _SORTED
    if done.exists():
        tally = Tally.saved(done)
        return partitions_of(folder, tally), tally
    folder.mkdir(mode=0o700, exist_ok=True)
    for leftover in folder.glob("*.ndjson"):  # a sorting that broke off
        leftover.unlink()
    tally = Tally()
    partitions = sort_history(files, folder, tally)
    tally.save(done)
    return partitions, tally


def replayed(
    plan: Plan,
    partitions: Sequence[Partition],
    voices: Sequence[Voice],
    workers: int = 1,
    scheduler: str = "",
    said: Said = lambda _: None,
) -> Tally:
    """Everything that the partitions come to. `voices`, the services that will answer, are only asked who they are."""
    about = [version for voice in voices for version in _versions(voice)]
    results = partitions[0].path.parent / f"results-{plan.digest(*about)}" if partitions else Path()
    jobs = [Job(plan, one, results / f"{one.name}.json") for one in partitions]
    if jobs:
        results.mkdir(mode=0o700, exist_ok=True)
    left = [job for job in jobs if not job.result.exists()]
    if len(left) < len(jobs):
        said(f"{len(jobs) - len(left)} of {len(jobs)} partitions were done before.")
    finished = iter(range(1, len(left) + 1))
    spread(left, workers, scheduler, lambda: said(f"partition {next(finished)} of {len(left)}"))
    total = Tally()
    for job in jobs:
        total.add(Tally.saved(job.result), plan.sample)
    return total


def _versions(voice: Voice) -> tuple[str, ...]:
    rooms = voice.rooms
    return rooms.knowledge.version, str(rooms.knowledge.silent), repr(sorted(rooms.models.versions.items()))


def _fingerprint(files: Sequence[File]) -> str:
    """What tells these files from others: their names, sizes and times."""
    about = [(file.name, file.size, file.path.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(orjson.dumps(about)).hexdigest()[:16]
