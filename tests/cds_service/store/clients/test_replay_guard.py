"""A client token is good for one call, whatever number of threads, processes and restarts there are."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.store import migrate, open_replay_guard

NOW = 1_800_000_000.0
EXP = NOW + 300


@pytest.fixture
def guard(settings):
    migrate(settings)
    opened = open_replay_guard(settings)
    yield opened
    opened.close()


def test_the_second_use_is_a_replay_also_after_a_restart(guard, settings):
    assert guard.first_use("https://ehr", "jti-1", EXP, NOW)
    assert not guard.first_use("https://ehr", "jti-1", EXP, NOW + 1)
    restarted = open_replay_guard(settings)
    assert not restarted.first_use("https://ehr", "jti-1", EXP, NOW + 2)
    restarted.close()


def test_the_same_jti_of_another_issuer_is_another_token(guard):
    assert guard.first_use("https://ehr", "jti-1", EXP, NOW)
    assert guard.first_use("https://ehr2", "jti-1", EXP, NOW)
    assert guard.first_use("https://eh", "rjti-1", EXP, NOW)


def test_fifty_uses_at_once_over_processes_and_threads_give_one_true(guard, settings, in_child):
    def race(out: int) -> None:
        own = open_replay_guard(settings)
        with ThreadPoolExecutor(10) as pool:
            firsts = pool.map(lambda _: own.first_use("https://ehr", "jti-1", EXP, NOW), range(10))
            os.write(out, b"".join(b"1" if first else b"0" for first in firsts))

    pipes = [in_child(race)[1] for _ in range(5)]
    answers = b"".join(os.read(pipe, 100) for pipe in pipes)
    for pipe in pipes:
        os.close(pipe)
    assert len(answers) == 50
    assert answers.count(b"1") == 1


def test_a_use_is_forgotten_only_well_after_the_token_has_expired(guard, settings, past_replay):
    passed = iter([0.0, 420.0, 3900.0])
    steady = open_replay_guard(settings, steady=lambda: next(passed))
    steady.first_use("https://ehr", "jti-1", EXP, NOW)
    assert not steady.first_use("https://ehr", "jti-1", EXP, EXP + 120)
    steady.first_use("https://ehr", "jti-2", EXP + 9000, EXP + 3600)
    assert past_replay.run("SELECT count(*) FROM token_use") == [(1,)]
    steady.close()


def test_a_guard_that_cannot_answer_says_so_and_never_lets_a_token_through(guard, past_replay):
    guard.first_use("https://ehr", "jti-1", EXP, NOW)
    with past_replay.gone():
        for jti in ("jti-1", "jti-2"):
            with pytest.raises(StoreUnavailable):
                guard.first_use("https://ehr", jti, EXP, NOW)
        assert not guard.reachable()
    assert not guard.first_use("https://ehr", "jti-1", EXP, NOW)
    assert guard.first_use("https://ehr", "jti-2", EXP, NOW)


def test_the_guard_outlives_an_outage_of_the_main_database(guard, gone):
    with gone():
        assert guard.first_use("https://ehr", "jti-1", EXP, NOW)
