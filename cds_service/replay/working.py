"""One partition, worked off where a worker runs: read, rewound, asked and counted; its tally is left as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cds_service.replay.asking import Voice, voice_of
from cds_service.replay.calls import Ask, captured, leavings, openings, signings
from cds_service.replay.counting import PatientCount
from cds_service.replay.history import History
from cds_service.replay.partitions import Partition, Record, by_patient
from cds_service.replay.plan import Plan
from cds_service.replay.tally import Tally
from cds_service.settings import Settings


@dataclass(frozen=True)
class Job:
    plan: Plan
    partition: Partition
    result: Path


def work(job: Job) -> None:
    """Leave the tally of a partition in its result file."""
    voice, other = opened(job.plan)
    tally_of(job.plan, job.partition, voice, other).save(job.result)


def tally_of(plan: Plan, partition: Partition, voice: Voice, other: Voice | None = None) -> Tally:
    """What comes of the patients of a partition."""
    tally, medications = Tally(), partition.shared()
    for patient, mine in by_patient(partition.records()).items():
        resources = [value for _, value in mine if "hook" not in value]
        history = History(patient, resources, medications, partition.holds)
        _about(history, tally)
        count = PatientCount(plan, tally, voice, other)
        for ask in _asks(plan, history, mine, tally):
            count.ask(ask)
        count.finish()
    return tally


def _asks(plan: Plan, history: History, records: Iterable[Record], tally: Tally) -> Iterator[Ask]:
    yield from signings(history, plan.per, plan.period)
    if plan.visits:
        yield from openings(history, plan.period)
        yield from leavings(history, plan.period)
    for place, value in records:
        if "hook" in value:
            ask = captured(value, place, plan.at)
            if ask is None:
                tally.count("calls", "-", str(value["hook"])[:60], "refused")
                tally.place(place, "nothing in it says when it was asked; --at does")
            elif plan.period.holds(ask.at):
                yield ask


def _about(history: History, tally: Tally) -> None:
    """How far the past could be told."""
    for (kind, what), count in history.undated().items():
        tally.count("undated", kind, what, times=count)
    for course in history.courses:
        tally.count("taken until", course.told)
        if course.renews:
            tally.count("renewals")
    if history.twice:
        tally.count("twice", times=history.twice)


def opened(plan: Plan) -> tuple[Voice, Voice | None]:
    """The services that answer, and those to be held against them if there are any."""
    return _voice(plan.settings), _voice(plan.compared_settings) if plan.compare else None


@lru_cache(maxsize=2)
def _voice(settings: Settings) -> Voice:
    """Opened once in each process: knowledge and models take a second or two."""
    return voice_of(settings)
