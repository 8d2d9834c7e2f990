"""Killed without warning, again and again: what was acknowledged is there once, and nothing else appeared."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from functools import partial
from itertools import islice

import pytest

from cds_service.store import open_store
from tests.stored_feedback import feedback_for

KILLS = 12
CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def write_until_killed(settings, keyring, feedback_item):
    """Stores feedback with one second after another as its time; says "?n" before each and "!n" once acknowledged."""

    def work(first: int, out: int) -> None:
        own = open_store(settings, keyring)
        for number in range(first, first + 100_000):
            os.write(out, f"?{number}\n".encode())
            own.add_feedback(*CALLER, [feedback_item(at=feedback_item().at + timedelta(seconds=number))])
            os.write(out, f"!{number}\n".encode())

    return work


@pytest.mark.covers("F-119")
def test_every_acknowledged_feedback_survives_kill_9_exactly_once(
    store, call, feedback_item, in_child, rows, write_until_killed
):
    store.record(call())
    chance = random.Random(20261123)
    said: list[str] = []
    for kill in range(KILLS):
        pid, pipe = in_child(partial(write_until_killed, kill * 100_000))
        with os.fdopen(pipe) as history:
            said += islice(history, chance.randrange(2, 60))
            time.sleep(chance.uniform(0, 0.01))  # so that the blow falls anywhere within a transaction
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            said += history

    attempted = {int(line[1:]) for line in said if line[0] == "?"}
    acknowledged = {int(line[1:]) for line in said if line[0] == "!"}
    stored = [round((event.at - feedback_item().at).total_seconds()) for event in feedback_for(store, "a-card-0")]
    assert len(acknowledged) >= KILLS
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored) <= attempted
    assert rows("SELECT count(*) FROM audit WHERE action = 'feedback'") == [(len(stored),)]
    assert store.verify_audit().intact
