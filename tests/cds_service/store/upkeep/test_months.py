"""Calls, feedback and audit by month on PostgreSQL: nothing is refused for its date, and nothing is there twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from cds_service.errors import StoreUnavailable
from cds_service.store import AuditEvent, migrate, open_store
from cds_service.store.upkeep.months import make_months
from cds_service.store.worker import keep_months
from tests.databases import ON_POSTGRESQL, ON_SQLITE

LATER = datetime(2031, 5, 9, 12, tzinfo=UTC)
CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def later(settings, keyring):
    """The store of a day whose month nobody has made."""
    migrate(settings)
    opened = open_store(settings, keyring, clock=lambda: LATER)
    yield opened
    opened.close()


def where(past, table: str) -> list[str]:
    return [name for (name,) in past.run(f"SELECT tableoid::regclass::text FROM {table} ORDER BY 1")]  # noqa: S608


@ON_POSTGRESQL
def test_a_row_goes_to_its_month_and_one_without_a_month_waits_until_it_is_made(later, call, feedback_item, past):
    later.record(call("now", at=datetime.now(UTC)))
    later.record(call("later", at=LATER))
    later.add_feedback(*CALLER, [feedback_item("later-card-0")])
    this_month = datetime.now(UTC).strftime("invocation_%Y_%m")
    assert where(past, "invocation") == [this_month, "invocation_rest"]
    assert where(past, "feedback") == ["feedback_rest"]
    assert later.make_months() == 4 * 3
    assert later.make_months() == 0
    assert where(past, "invocation") == [this_month, "invocation_2031_05"]
    assert where(past, "feedback") == ["feedback_2031_05"]
    assert where(past, "audit") == [this_month.replace("invocation", "audit"), "audit_2031_05", "audit_2031_05"]
    assert later.verify_audit().intact
    for change in ("DELETE FROM feedback_2031_05", "UPDATE audit_2031_05 SET outcome = 'x'"):
        with pytest.raises(IntegrityError, match="append-only"):
            past.run(change)


@ON_POSTGRESQL
def test_a_call_and_its_feedback_are_known_again_in_every_later_month(later, call, feedback_item, past):
    """A client that repeats a call, or sends feedback again, weeks later: the month in the key must not double it."""
    first = datetime(2031, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert later.record(call(at=first)) == "stored"
    assert later.add_feedback(*CALLER, [feedback_item()]).stored == 1
    later.make_months()
    assert later.record(call(at=LATER)) == "repeated"
    assert later.add_feedback(*CALLER, [feedback_item()]).repeated == 1
    assert past.run("SELECT count(*) FROM invocation") == past.run("SELECT count(*) FROM feedback") == [(1,)]


@ON_POSTGRESQL
def test_of_many_equal_calls_at_once_one_is_stored(later, call, past):
    times = [LATER + timedelta(days=20 * number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda at: later.record(call(at=at)), times))
    later.drain()
    assert said.count("stored") <= 1
    assert past.run("SELECT count(*) FROM invocation") == [(1,)]
    assert later.verify_audit().intact


@ON_POSTGRESQL
def test_months_are_made_while_calls_come_in(later, call, past):
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(later.record, call(f"c{n}", at=LATER + timedelta(days=n % 60))) for n in range(60)]
        made = [pool.submit(later.make_months) for _ in range(3)]
        assert {one.result() for one in calls} <= {"stored", "journalled"}
        for one in made:
            try:
                one.result()
            except StoreUnavailable:
                continue
    later.drain()
    later.make_months()
    assert "invocation_rest" not in where(past, "invocation")
    assert past.run("SELECT count(*) FROM invocation") == [(60,)]
    assert later.verify_audit().rows == 60


@ON_POSTGRESQL
def test_the_upkeep_of_a_worker_makes_them_and_outlives_an_outage(later, past):
    stop = threading.Event()
    thread = threading.Thread(target=keep_months, args=(later, stop, 60.0))
    thread.start()
    stop.wait(0.01)
    for _ in range(200):
        if "audit_2031_08" in past.tables():
            break
        stop.wait(0.02)
    stop.set()
    thread.join()
    assert {"invocation_2031_05", "feedback_2031_08", "audit_2031_08"} <= past.tables()


@ON_SQLITE
def test_sqlite_has_no_months_and_says_so(settings, keyring, store):
    store.audit(AuditEvent("view", "shown"))
    assert store.make_months() == 0
    assert make_months(store._database, LATER) == 0
