"""The blows: SIGKILL to a gunicorn worker, or to the database server with all its processes, at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from cds_service.settings import Settings
from cds_service.store import AuditVerdict, Keyring, open_store
from tests.chaos.history import History, Judgement, judge, read
from tests.chaos.load import Load, under_load
from tests.databases import Beside
from tests.postgres import PostgresServer
from tests.running_service import RunningService, under_gunicorn

WORKERS = 3
SERVER_SHARE = 0.35  # of the blows, where there is a database server
MOST_ACKNOWLEDGED = 25  # between two blows, so that each falls into work and none into another's start


@dataclass
class Outcome:
    """What one run showed. `audit` judges the rows of answered calls, which must equal the stored ones."""

    worker_kills: int
    server_kills: int
    seconds: float
    refused: int
    feedback: Judgement
    calls: Judgement
    audit: Judgement
    journalled: int
    unreadable: int
    chain: AuditVerdict

    @property
    def holds(self) -> bool:
        judged = (self.feedback, self.calls, self.audit)
        return all(one.holds for one in judged) and self.chain.intact and not self.unreadable


def storm(settings: Settings, folder: Path, kills: int, seed: int, server: PostgresServer | None) -> Outcome:
    """`kills` blows over a served Countersign under load, then the judgement."""
    histories = folder / "histories"
    histories.mkdir()
    chance, began, on_server = random.Random(seed), time.monotonic(), 0
    with under_gunicorn(settings, workers=WORKERS) as service:
        with under_load(service.url, History(histories / "all"), chance) as load:
            for number in range(kills):
                _let_work(load, chance)
                if server is not None and chance.random() < SERVER_SHARE:
                    on_server += 1
                    _kill_server(server, chance)
                else:
                    _kill_worker(service, chance)
                if number % 20 == 19:
                    print(f"  {number + 1} blows, {load.acknowledged} acknowledged", flush=True)
        refused = load.refused
    return _judged(settings, histories, (kills - on_server, on_server), time.monotonic() - began, refused)


def _let_work(load: Load, chance: random.Random) -> None:
    """Until a random number of answers came in, then a moment more, so that the blow falls anywhere in an operation."""
    enough, give_up = load.acknowledged + chance.randrange(1, MOST_ACKNOWLEDGED), time.monotonic() + 240
    while load.acknowledged < enough:
        assert time.monotonic() < give_up, "nothing was acknowledged for four minutes"
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.03))


def _kill_worker(service: RunningService, chance: random.Random) -> None:
    """One that gunicorn has; while the last one is being replaced there may be none for a moment."""
    while True:
        children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
        with suppress(ProcessLookupError, IndexError):
            os.kill(int(chance.choice(children)), signal.SIGKILL)
            return
        time.sleep(0.01)


def _kill_server(server: PostgresServer, chance: random.Random) -> None:
    server.kill()
    time.sleep(chance.uniform(0, 0.3))
    server.start()


def _judged(settings: Settings, histories: Path, blows: tuple[int, int], seconds: float, refused: int) -> Outcome:
    begun, acknowledged = read(histories)
    keyring, past = Keyring.load(settings, {}), Beside(settings.database_url)
    names = {keyring.pseudonym(f"hookInstance\nlocal\n{name}"): name for _, name in begun}

    def found(query: str) -> list[str]:
        return [names.get(str(value), str(value)) for (value,) in past.run(f"SELECT hook_instance FROM {query}")]  # noqa: S608

    with closing(open_store(settings, keyring)) as store:
        journalled = store.drain()
        answered = "audit JOIN invocation i ON i.id = subject WHERE action = 'invoke' AND audit.outcome = 'answered'"
        told = "feedback f JOIN card c ON c.uuid = f.card JOIN invocation i ON i.id = c.invocation"
        return Outcome(
            *blows,
            seconds,
            refused,
            feedback=judge("feedback", begun, acknowledged, found(told)),
            calls=judge("call", begun, acknowledged, found("invocation")),
            audit=judge("call", begun, acknowledged, found(answered)),
            journalled=journalled,
            unreadable=store.refused(),
            chain=store.verify_audit(),
        )
