"""Disk full, a database that stands still or restarts, a clock that jumps, a file system that nobody may write.

No root is needed: a full disk is a limit on file sizes (RLIMIT_FSIZE), which the kernel refuses to exceed just as it
refuses to fill a disk; a read-only file system is a folder without the right to write, seen by a user who is not root.
"""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store import AuditEvent, migrate, open_replay_guard, open_store
from tests.databases import ON_POSTGRESQL, ON_SQLITE, Beside
from tests.postgres import PostgresServer, postgres_server

CALLER = ("north", "https://ehr.example/north", "medication-safety")
NOBODY = 65534


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that these tests may stop, freeze and fill."""
    with postgres_server(durable=True) as server:
        yield server


@pytest.fixture
def on_own_server(settings, own_server) -> Settings:
    urls = {name: own_server.make_database() for name in ("database_url", "replay_database_url")}
    made = replace(settings, **urls)
    migrate(made)
    return made


@ON_SQLITE
@pytest.mark.covers("F-116")
def test_a_full_disk_sends_records_to_the_journal_and_refuses_feedback(
    store, call, feedback_item, in_child, settings, keyring
):
    store.record(call("before"))

    def on_a_full_disk(out: int) -> None:
        own = open_store(settings, keyring)
        own.record(call("warm"))
        # The journal's file is small and still fits: a volume of its own, or what a full one leaves.
        limit_files(Beside(settings.database_url).file.with_name("countersign.sqlite3-wal").stat().st_size + 1)
        said = own.record(call("a"))
        try:
            own.add_feedback(*CALLER, [feedback_item("before-card-0")])
        except StoreUnavailable:
            said += ", refused"
        os.write(out, f"{said}, {own.verify_audit().rows} rows".encode())

    assert told_by(in_child, on_a_full_disk) == "journalled, refused, 2 rows"
    assert store.drain() == 1
    assert store.add_feedback(*CALLER, [feedback_item("before-card-0")]).stored == 1
    assert store.verify_audit().intact


@ON_SQLITE
def test_when_the_journal_cannot_be_written_either_the_call_is_refused(store, call, in_child, settings, keyring):
    store.record(call("before"))

    def on_a_disk_without_a_byte(out: int) -> None:
        own = open_store(settings, keyring)
        own.record(call("warm"))
        limit_files(0)
        for work in (lambda: own.record(call("a")), lambda: own.audit(AuditEvent("view", "shown"))):
            try:
                work()
            except StoreUnavailable:
                os.write(out, b"refused ")

    assert told_by(in_child, on_a_disk_without_a_byte) == "refused refused "
    assert store.pending() == 0
    assert store.record(call("a")) == "stored"
    assert store.verify_audit().rows == 3


@ON_POSTGRESQL
def test_a_server_that_cannot_extend_its_files_sends_records_to_the_journal(settings, keyring, call):
    """PostgreSQL under the same kind of limit: whoever would extend a table past it is refused."""
    megabyte = 1 << 20
    with postgres_server(file_limit=20 * megabyte) as server:
        made = replace(settings, database_url=server.make_database(), replay_database_url=server.make_database())
        migrate(made)
        past = Beside(made.database_url)
        with closing(open_store(made, keyring)) as store:
            now = datetime.now(UTC)  # a new database has tables from this month on
            assert store.record(call("before", at=now)) == "stored"
            month = now.strftime("invocation_%Y_%m")
            fill(past, month)
            assert store.record(call("a", at=now)) == "journalled"
            assert store.verify_audit().intact
            free(server, past, month)
            assert store.drain() == 1
            assert store.record(call("a", at=now)) == "repeated"


def fill(past: Beside, month: str) -> None:
    """Rows until the file is at its limit; what was refused last leaves the file as long as it is."""
    row = (
        f"INSERT INTO {month} SELECT 'filler-' || n, tenant, issuer, service, hook, hook_instance, body_digest, NULL, "  # noqa: S608
        f"at, 0, repeat(md5(n::text), 60), models, context_sealed, NULL FROM {month}, generate_series(%d, %d) n "
        "WHERE id = 'before-call'"
    )
    for start in range(0, 100_000, 2000):
        try:
            past.run(row % (start, start + 1999))
        except Exception as refused:  # noqa: BLE001  the driver's class for "File too large" is not the point here
            assert "extend" in str(refused) or "write" in str(refused)
            break
    for start in range(200_000, 202_000):
        try:
            past.run(row % (start, start))
        except Exception:  # noqa: BLE001
            return


def free(server: PostgresServer, past: Beside, month: str) -> None:
    past.run(f"DELETE FROM {month} WHERE id LIKE 'filler-%'")  # noqa: S608
    server.run(f"VACUUM {month}", str(make_url(past.url).database))


@ON_POSTGRESQL
def test_a_database_that_stands_still_costs_a_call_a_second_and_its_record_nothing(
    on_own_server, own_server, keyring, call, feedback_item
):
    with closing(open_store(on_own_server, keyring)) as store:
        assert store.record(call("before")) == "stored"
        with standing_still(own_server):
            assert store.record(call("a")) == "journalled"  # nothing but the patience of the store ended it
            assert not store.reachable()
            with pytest.raises(StoreUnavailable):
                store.add_feedback(*CALLER, [feedback_item("before-card-0")])
        assert store.add_feedback(*CALLER, [feedback_item("a-card-0")]).stored == 1
        assert store.verify_audit().intact


@ON_POSTGRESQL
def test_a_replay_guard_that_stands_still_lets_no_token_through(on_own_server, own_server):
    with closing(open_replay_guard(on_own_server)) as guard:
        assert guard.first_use("https://ehr", "jti-1", 4e9, 3.9e9)
        with standing_still(own_server), pytest.raises(StoreUnavailable):
            guard.first_use("https://ehr", "jti-2", 4e9, 3.9e9)


@contextmanager
def standing_still(server: PostgresServer) -> Iterator[None]:
    """Every process of the server is stopped: lines stay open and nothing comes back over them."""
    pids = server.pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        server.wait()


@ON_POSTGRESQL
def test_a_server_restarted_in_the_middle_is_found_again_without_a_restart_of_ours(
    on_own_server, own_server, keyring, call, feedback_item
):
    with closing(open_store(on_own_server, keyring)) as store:
        assert store.record(call("before")) == "stored"
        own_server.stop()
        assert store.record(call("a")) == "journalled"
        own_server.start()
        assert store.record(call("b")) == "stored"
        assert store.add_feedback(*CALLER, [feedback_item("a-card-0")]).stored == 1
        own_server.stop()
        own_server.start()
        assert store.record(call("c")) == "stored"
        assert store.verify_audit().rows == 5


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=3650)])
@pytest.mark.covers("J-154")
def test_a_clock_that_jumps_breaks_neither_chain_nor_feedback(store, settings, keyring, call, feedback_item, jump):
    store.record(call("before"))
    at = call().at + jump
    with closing(open_store(settings, keyring, clock=lambda: at)) as jumped:
        assert jumped.record(call("a", at=at)) == "stored"
        assert jumped.record(call("before", at=at)) == "repeated"
        assert jumped.add_feedback(*CALLER, [feedback_item("before-card-0")]).stored == 1
    assert store.add_feedback(*CALLER, [feedback_item("before-card-0")]).repeated == 1
    assert store.record(call("b")) == "stored"
    assert store.verify_audit().intact


@pytest.mark.parametrize("jump", [-3600.0, 10.0 * 365 * 86400])
def test_a_clock_that_jumps_and_comes_back_frees_no_used_token(store, settings, jump):
    now = datetime.now(UTC).timestamp()
    with closing(open_replay_guard(settings)) as guard:
        assert guard.first_use("https://ehr", "jti-1", now + 300, now)
        guard.first_use("https://ehr", "other", now + jump + 300, now + jump)
        assert not guard.first_use("https://ehr", "jti-1", now + 300, now + 1)


@ON_SQLITE
@pytest.mark.covers("F-116")
def test_a_file_system_that_nobody_may_write_refuses_and_goes_on_reading(call, keyring, in_child):
    """Seen by a user who is not root. Nothing is acknowledged, what is there can be read."""
    with tempfile.TemporaryDirectory(prefix="countersign-read-only-") as folder:
        settings = Settings.from_env({"COUNTERSIGN_RUN_DIR": f"{folder}/run"})
        migrate(settings)
        with closing(open_store(settings, keyring)) as store:
            store.record(call("before"))
        give_away(Path(folder))

        def as_somebody_else(out: int) -> None:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            own = open_store(settings, keyring)
            try:
                own.record(call("a"))
            except StoreUnavailable:
                os.write(out, b"refused")

        assert told_by(in_child, as_somebody_else) == "refused"
        for path in [Path(folder), *Path(folder).rglob("*")]:
            path.chmod(0o700)
        with closing(open_store(settings, keyring)) as store:
            assert store.verify_audit().rows == 1


def give_away(folder: Path) -> None:
    """Readable for everybody, writable for nobody."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def told_by(in_child, work) -> str:
    pid, pipe = in_child(work)
    with os.fdopen(pipe) as said:
        told = said.read()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return told
