"""Server-side state of the app: single use where it must be, gone when its time is over or it was dropped."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from cds_service.store import open_store


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(store, settings, keyring, clock):
    opened = open_store(settings, keyring, clock)
    yield opened.sessions
    opened.close()


@pytest.fixture
def soon(clock) -> float:
    return clock().timestamp() + 600


def test_a_launch_can_be_taken_once(sessions, soon):
    sessions.put("launch", "state-1", {"iss": "https://ehr", "verifier": "v"}, soon)
    assert sessions.take("launch", "state-1") == {"iss": "https://ehr", "verifier": "v"}
    assert sessions.take("launch", "state-1") is None


def test_of_many_threads_one_takes_the_launch(sessions, soon):
    sessions.put("launch", "state-1", {"n": 1}, soon)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: sessions.take("launch", "state-1"), range(24)))
    assert [payload for payload in taken if payload] == [{"n": 1}]


def test_of_many_processes_one_takes_the_launch(store, settings, keyring, in_child):
    store.sessions.put("launch", "state-1", {"n": 1}, 4e9)

    def take(out: int) -> None:
        own = open_store(settings, keyring)
        os.write(out, b"1" if own.sessions.take("launch", "state-1") else b"0")

    pipes = [in_child(take)[1] for _ in range(6)]
    answers = sorted(os.read(pipe, 1) for pipe in pipes)
    for pipe in pipes:
        os.close(pipe)
    assert answers == [b"0"] * 5 + [b"1"]


def test_a_session_can_be_read_until_its_time_is_over(sessions, clock, soon):
    sessions.put("session", "id-1", {"token": "t"}, soon)
    assert sessions.get("session", "id-1") == sessions.get("session", "id-1") == {"token": "t"}
    clock.now += timedelta(seconds=600)
    assert sessions.get("session", "id-1") is None
    assert sessions.take("session", "id-1") is None


def test_a_dropped_session_is_gone_and_a_late_request_cannot_renew_it(sessions, soon):
    sessions.put("session", "id-1", {"token": "t"}, soon)
    assert sessions.renew("session", "id-1", {"token": "u"}, soon + 60)
    assert sessions.get("session", "id-1") == {"token": "u"}
    sessions.drop("session", "id-1")
    assert not sessions.renew("session", "id-1", {"token": "v"}, soon + 60)
    assert sessions.get("session", "id-1") is None


def test_an_expired_session_cannot_be_renewed(sessions, clock, soon):
    sessions.put("session", "id-1", {}, soon)
    clock.now += timedelta(seconds=601)
    assert not sessions.renew("session", "id-1", {}, soon + 3600)


def test_kinds_do_not_mix_and_the_same_id_is_replaced(sessions, soon):
    sessions.put("launch", "id-1", {"kind": "launch"}, soon)
    sessions.put("session", "id-1", {"kind": "session"}, soon)
    sessions.put("session", "id-1", {"kind": "session", "again": True}, soon)
    assert sessions.get("launch", "id-1") == {"kind": "launch"}
    assert sessions.get("session", "id-1") == {"kind": "session", "again": True}


def test_what_has_expired_is_swept_when_something_new_comes(sessions, clock, soon, rows):
    sessions.put("launch", "old", {}, soon)
    clock.now += timedelta(seconds=700)
    sessions.put("launch", "new", {}, soon + 700)
    assert rows("SELECT count(*) FROM session") == [(1,)]


def test_neither_id_nor_payload_stands_in_the_file(sessions, soon, settings):
    sessions.put("session", "cookie-value-1", {"access_token": "token-value-1"}, soon)
    for path in settings.run_dir.iterdir():
        content = b"" if path.is_dir() else path.read_bytes()
        assert b"cookie-value-1" not in content
        assert b"token-value-1" not in content
