"""The blows: SIGKILL to a worker, or to the database server with all its processes, at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cds_service.settings import Settings
from cds_service.store import AuditVerdict, Keyring, migrate, open_store
from tests.chaos.history import Judgement, judge, read
from tests.chaos.load import work
from tests.databases import Beside
from tests.postgres import PostgresServer

WORKERS = 3
SERVER_SHARE = 0.35  # of the blows, where there is a server


@dataclass
class Outcome:
    """What one run showed. `audit` judges the rows of answered calls, which must equal the acknowledged ones."""

    worker_kills: int
    server_kills: int
    seconds: float
    feedback: Judgement
    calls: Judgement
    audit: Judgement
    journalled: int
    refused: int
    chain: AuditVerdict

    @property
    def holds(self) -> bool:
        judged = (self.feedback, self.calls, self.audit)
        return all(one.holds for one in judged) and self.chain.intact and not self.refused


@dataclass
class Crew:
    """The worker processes. One that was killed is followed by another in its place."""

    settings: Settings
    folder: Path
    chance: random.Random
    _pids: dict[int, int] = field(default_factory=dict)

    def start(self, place: int) -> None:
        seed = self.chance.getrandbits(60)
        pid = os.fork()
        if pid == 0:
            try:
                work(self.settings, self.folder, place, seed)
            finally:
                os._exit(1)  # only an error of ours leads here
        self._pids[place] = pid

    def kill(self, place: int) -> None:
        pid = self._pids.pop(place)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "a worker ended by itself"

    def kill_all(self) -> None:
        for place in list(self._pids):
            self.kill(place)


def storm(settings: Settings, folder: Path, kills: int, seed: int, server: PostgresServer | None) -> Outcome:
    """`kills` blows over a load of several workers, then the judgement."""
    migrate(settings)
    Keyring.load(settings, {})
    histories = folder / "histories"
    histories.mkdir()
    chance, began = random.Random(seed), time.monotonic()
    on_server = 0
    with _crew(settings, histories, chance) as crew:
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.25))
            if server is not None and chance.random() < SERVER_SHARE:
                on_server += 1
                server.kill()
                time.sleep(chance.uniform(0, 0.1))
                server.start()
                continue
            place = chance.randrange(WORKERS)
            crew.kill(place)
            crew.start(place)
    return _judged(settings, histories, (kills - on_server, on_server), time.monotonic() - began)


@contextmanager
def _crew(settings: Settings, folder: Path, chance: random.Random) -> Iterator[Crew]:
    crew = Crew(settings, folder, chance)
    for place in range(WORKERS):
        crew.start(place)
    try:
        yield crew
    finally:
        crew.kill_all()


def _judged(settings: Settings, histories: Path, blows: tuple[int, int], seconds: float) -> Outcome:
    begun, acknowledged = read(histories)
    past = Beside(settings.database_url)
    with closing(open_store(settings, Keyring.load(settings, {}))) as store:
        journalled = store.drain()
        audited = "SELECT subject FROM audit WHERE action = 'invoke' AND outcome = 'answered'"
        return Outcome(
            *blows,
            seconds,
            feedback=judge("feedback", begun, acknowledged, _column(past, "SELECT card FROM feedback", 36)),
            calls=judge("call", begun, acknowledged, _column(past, "SELECT id FROM invocation")),
            audit=judge("call", begun, acknowledged, _column(past, audited)),
            journalled=journalled,
            refused=store.refused(),
            chain=store.verify_audit(),
        )


def _column(past: Beside, query: str, length: int | None = None) -> list[str]:
    return [str(value)[:length] for (value,) in past.run(query)]
