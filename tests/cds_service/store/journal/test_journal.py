"""While the database does not answer, records wait on disk; afterwards each of them is in the database once."""

from __future__ import annotations

import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.store import AuditEvent, Keyring, open_store
from cds_service.store.calls.intake import Intake
from cds_service.store.journal.journal import Journal, JournalEntry

COUNTS = "SELECT (SELECT count(*) FROM invocation), (SELECT count(*) FROM card), (SELECT count(*) FROM audit)"


@pytest.fixture
def journal(settings, keyring) -> Journal:
    return Journal(settings.run_dir / "journal", keyring)


def entries(count: int) -> list[JournalEntry]:
    return [JournalEntry(f"id-{number}", "audit", f'{{"n": {number}}}'.encode()) for number in range(count)]


def test_what_came_during_an_outage_is_taken_in_once(store, call, gone, rows, keyring):
    store.record(call("before"))
    with gone():
        assert [store.record(call(name)) for name in ("a", "b", "a")] == ["journalled"] * 3
        store.audit(AuditEvent("view", "shown", "north", detail={"page": "card"}, patient="patient-1"))
        assert store.pending() == 4
        with pytest.raises(StoreUnavailable):
            store.drain()
        assert store.pending() == 4
    assert store.drain() == 4
    assert store.drain() == store.pending() == 0
    assert rows(COUNTS) == [(3, 6, 5)]
    assert store.verify_audit().intact
    assert store.card_by_handle(keyring.handle("b-card-1")).at == call().at


def test_a_hook_does_not_wait_for_a_lock_longer_than_it_can_afford(store, call, locked):
    """The lock lasts until the answer is here, so that only the patience of a record ends the wait."""
    with locked():
        assert store.record(call()) == "journalled"


def test_a_card_that_waits_is_found_as_soon_as_the_database_is_back(store, call, gone, keyring):
    with gone():
        store.record(call())
    assert store.card_by_handle(keyring.handle("a-card-0")).body == call().cards[0].body
    assert store.pending() == 0


def test_a_commit_whose_answer_was_lost_is_not_taken_in_again(store, call, gone, settings, rows):
    """The record is in the database and in the journal too: what a connection cut during COMMIT leaves behind."""
    with gone():
        store.record(call())
    waiting = settings.run_dir / "journal" / "records.jsonl"
    line = waiting.read_bytes()
    assert store.drain() == 1
    waiting.write_bytes(line)
    assert store.drain() == 0
    assert rows(COUNTS) == [(1, 2, 1)]


def test_a_drain_killed_between_batches_takes_in_the_rest_later(store, call, gone, rows, settings, keyring, in_child):
    with gone():
        for name in "abcdefgh":
            store.record(call(name))

    def killed_after_the_second_batch(_out: int) -> None:
        own = open_store(settings, keyring)
        take, calls = Intake(own._database, keyring), []

        def dying(batch):
            taken = take(batch)
            calls.append(batch)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return taken

        Journal(settings.run_dir / "journal", keyring).drain(dying, batch=3)

    pid, pipe = in_child(killed_after_the_second_batch)
    os.waitpid(pid, 0)
    os.close(pipe)
    assert rows(COUNTS)[0][0] == 6
    assert store.drain() == 2
    assert rows(COUNTS) == [(8, 16, 8)]


def test_several_threads_may_write_and_drain_at_once(journal):
    seen: list[str] = []

    def take(batch):
        seen.extend(entry.id for entry in batch)
        return len(batch)

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(journal.append, entry) for entry in entries(60)]
        drains = [pool.submit(journal.drain, take, 7) for _ in range(6)]
        taken = sum(drain.result() for drain in drains)
        for write in writes:
            write.result()
    taken += journal.drain(take, 7)
    assert taken == 60
    assert sorted(seen) == sorted(entry.id for entry in entries(60))
    assert journal.is_empty()


def test_a_line_torn_by_a_crash_is_set_apart_and_blocks_nobody(journal, settings):
    first, second, third = entries(3)
    journal.append(first)
    journal.append(second)
    path = settings.run_dir / "journal" / "records.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    journal.append(third)
    seen = []
    journal.drain(lambda batch: seen.extend(batch) or len(batch), 10)
    assert seen == [first, third]
    assert journal.refused() == 1


def test_a_line_of_a_lost_key_is_set_apart(journal, settings, keyring):
    stranger = Keyring("other", {"other": b"1" * 32}, b"2" * 32)
    first, second = entries(2)
    Journal(settings.run_dir / "journal", stranger).append(first)
    journal.append(second)
    seen = []
    journal.drain(lambda batch: seen.extend(batch) or len(batch), 10)
    assert seen == [second]
    assert journal.refused() == 1


def test_a_record_at_odds_with_the_database_is_set_apart_and_the_others_go_in(store, call, gone, rows, settings):
    store.record(call("a"))
    with gone():
        store.record(call("b"))
        store.record(call("c", cards=call("a").cards))  # another call that claims cards which are there already
        store.record(call("d"))
    assert store.drain() == 2
    assert rows("SELECT id FROM invocation ORDER BY id") == [("a-call",), ("b-call",), ("d-call",)]
    assert (settings.run_dir / "journal" / "refused.jsonl").exists()
    assert store.pending() == 0


def test_a_full_disk_is_said_and_leaves_no_half_line(journal, settings, in_child):
    first, second = entries(2)
    journal.append(first)

    def fill(out: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = (settings.run_dir / "journal" / "records.jsonl").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))
        try:
            journal.append(second)
        except StoreUnavailable:
            os.write(out, b"said")

    _, pipe = in_child(fill)
    assert os.read(pipe, 10) == b"said"
    os.close(pipe)
    seen = []
    journal.drain(lambda batch: seen.extend(batch) or len(batch), 10)
    assert seen == [first]
    assert journal.refused() == 0


def test_the_journal_is_for_its_owner_alone(journal, settings):
    journal.append(entries(1)[0])
    folder = settings.run_dir / "journal"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
