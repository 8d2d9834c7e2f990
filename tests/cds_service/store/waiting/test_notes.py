"""Bodies of notes: wanted by hook calls, given to one worker at a time, kept sealed, and forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.store import NoteAddress, NoteBody, Periods, Store, open_store
from cds_service.store.waiting.notes import MOST_TRIES, TAKEN

BASE = "https://ehr.example/fhir"
NOTE = NoteAddress("north", "patient-1", BASE, f"{BASE}/Binary/1", "text/plain")
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> list[datetime]:
    return [AT]


@pytest.fixture
def store(settings, keyring, clock):
    from cds_service.store import migrate

    migrate(settings)
    opened = open_store(settings, keyring, lambda: clock[0])
    yield opened
    opened.close()


def test_a_note_is_wanted_once_taken_by_one_and_found_with_its_time(store: Store) -> None:
    other = NoteAddress("north", "patient-1", BASE, f"{BASE}/Binary/2")
    assert store.notes.want([NOTE, other, NOTE]) == 2
    assert store.notes.want([NOTE]) == 0
    assert store.notes.bodies("north", [NOTE.url]) == {}
    taken = store.notes.waiting(10)
    assert len(taken) == 2
    assert store.notes.waiting(10) == []
    mine = store.notes.id_of("north", NOTE.url)
    assert store.notes.address(mine) == NOTE
    store.notes.keep(mine, NoteBody("Allergic to penicillin.", None, AT))
    assert store.notes.bodies("north", [NOTE.url, other.url]) == {
        NOTE.url: NoteBody("Allergic to penicillin.", None, AT)
    }
    assert store.notes.bodies("north", [NOTE.url], newer_than=AT) == {}
    assert store.notes.bodies("south", [NOTE.url]) == {}
    assert store.notes.counts() == {"read": 1, "taken": 1}
    assert store.verify_audit().intact


def test_nothing_of_a_note_stands_in_clear(store: Store, rows) -> None:
    store.notes.want([NOTE])
    store.notes.keep(store.notes.waiting(1)[0], NoteBody("canary-of-a-note", None, AT))
    everything = str(rows("SELECT * FROM note_body")) + str(rows("SELECT * FROM audit"))
    for secret in ("canary-of-a-note", "patient-1", "Binary/1"):
        assert secret not in everything


def test_a_job_whose_worker_died_is_given_to_another(store: Store, clock: list[datetime]) -> None:
    store.notes.want([NOTE])
    first = store.notes.waiting(1)
    clock[0] += TAKEN + timedelta(seconds=1)
    assert store.notes.waiting(1) == first


def test_a_read_that_fails_is_tried_later_and_in_the_end_given_up_saying_why(
    store: Store, clock: list[datetime], rows
) -> None:
    store.notes.want([NOTE])
    for number in range(MOST_TRIES):
        clock[0] += timedelta(hours=3)
        (note,) = store.notes.waiting(1)
        assert store.notes.put_back(note, "the server failed (500)") is (number + 1 < MOST_TRIES)
        assert store.notes.waiting(1) == []
    assert store.notes.waiting(1) == []
    (body,) = store.notes.bodies("north", [NOTE.url]).values()
    assert (body.text, body.reason) == (None, "the server failed (500)")
    failed = rows("SELECT outcome, patient IS NOT NULL FROM audit WHERE action = 'note-read'")
    assert [(outcome, bool(named)) for outcome, named in failed] == [("failed", True)] * MOST_TRIES


def test_retention_takes_bodies_away(store: Store, call, clock: list[datetime]) -> None:
    store.notes.want([NOTE])
    store.notes.keep(store.notes.waiting(1)[0], NoteBody("text", None, AT))
    long = timedelta(days=9999)
    clock[0] += timedelta(days=6)
    store.retention.run(Periods(long, long, long, notes=timedelta(days=7)))
    assert store.notes.counts() == {"read": 1}
    clock[0] += timedelta(days=2)
    store.retention.run(Periods(long, long, long, notes=timedelta(days=7)), clock_is_right=True)
    assert store.notes.counts() == {}
