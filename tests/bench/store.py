"""What storing costs on both engines: `make bench-store`. Calls with two cards, as a loud order-sign has them.

Durable: SQLite with synchronous=FULL, PostgreSQL with fsync and synchronous_commit on. One writer at a time, as the
audit chain has one end; CPU is of the service's side, and of the server's beside it.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cds_service.settings import Settings
from cds_service.store import CardRecord, FeedbackItem, Invocation, Keyring, Store, SuggestionRecord, open_store
from tests.databases import Beside
from tests.postgres import PostgresServer, postgres_server
from tests.running_service import migrated

CALLS = 3000
WARM = 200
CALLER = ("north", "https://ehr.example/north", "medication-safety")
TICK = 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    print(f"{CALLS} calls with two cards of 1.5 KB each, one after the other, then {CALLS} feedback events\n")
    print(f"{'':<22}{'a second':>10}{'CPU ms':>9}{'server CPU ms':>15}{'KB each':>9}")
    for engine in ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder,
            _databases(engine, Path(folder)) as (settings, server),
            closing(_opened(settings)) as store,
        ):
            _measure(engine, settings, server, store)


def _measure(engine: str, settings: Settings, server: PostgresServer | None, store: Store) -> None:
    keyring, empty = Keyring.load(settings, {}), _size(settings)
    names = [str(uuid.uuid4()) for _ in range(WARM + CALLS)]
    calls = [answered(keyring, name) for name in names]
    for call in calls[:WARM]:
        store.record(call)
    _timed(f"{engine} calls", settings, server, [lambda one=one: store.record(one) for one in calls[WARM:]])
    told = [FeedbackItem(f"{name}-0", "accepted", (), None, None, None, None, datetime.now(UTC)) for name in names]
    jobs = [lambda one=one: store.add_feedback(*CALLER, [one]) for one in told[WARM:]]
    _timed(f"{engine} feedback", settings, server, jobs)
    gigabytes = (_size(settings) - empty) / (WARM + CALLS) / 1000
    print(f"{'':<22}a million calls with their feedback take {gigabytes:.1f} GB\n", flush=True)


def _timed(name: str, settings: Settings, server: PostgresServer | None, jobs: list) -> None:  # type: ignore[type-arg]
    before, size = _size(settings), len(jobs)
    server_cpu, cpu, began = _server_ms(server), _own_ms(), time.perf_counter()
    for job in jobs:
        job()
    seconds = time.perf_counter() - began
    cpu, server_cpu = (_own_ms() - cpu) / size, (_server_ms(server) - server_cpu) / size
    kilobytes = (_size(settings) - before) / size / 1000
    print(f"{name:<22}{size / seconds:>10.0f}{cpu:>9.2f}{server_cpu:>15.2f}{kilobytes:>9.1f}", flush=True)


def _own_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def _server_ms(server: PostgresServer | None) -> float:
    """User and system time so far of PostgreSQL's processes; nought where the database is a library."""
    if server is None:
        return 0.0
    total = 0.0
    for pid in server.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * TICK
    return total


def _size(settings: Settings) -> int:
    """Bytes of the main database with its indexes, without the write-ahead log."""
    past = Beside(settings.database_url)
    if past.on_sqlite:
        past.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return past.file.stat().st_size
    return int(past.run("SELECT pg_database_size(current_database())")[0][0])


def _opened(settings: Settings) -> Store:
    return open_store(settings, Keyring.load(settings, {}))


@contextmanager
def _databases(engine: str, folder: Path) -> Iterator[tuple[Settings, PostgresServer | None]]:
    if engine == "sqlite":
        yield migrated(folder), None
        return
    with postgres_server(durable=True) as server:
        urls = {"DATABASE_URL": server.make_database(), "REPLAY_DATABASE_URL": server.make_database()}
        yield migrated(folder, **urls), server


def answered(keyring: Keyring, name: str) -> Invocation:
    """Texts differ from call to call as far as names and values do, so that deflate gains what it would gain."""
    cards = tuple(_card(keyring, name, position) for position in range(2))
    empty = Invocation(
        name, *CALLER, "order-sign", name, "d" * 64, None, None, None, None, datetime.now(UTC), 9.0, "1", ""
    )
    return replace(empty, patient=f"patient-{name[:6]}", user=f"Practitioner/{name[-4:]}", cards=cards)


def _card(keyring: Keyring, name: str, position: int) -> CardRecord:
    said = f"Ibuprofen {int(name[:3], 16)} mg with warfarin raises the risk of bleeding for {name}. " * 4
    body = {"uuid": f"{name}-{position}", "summary": said[:90], "detail": said * 3, "indicator": "warning"}
    facts = [{"label": "Active medication", "value": "warfarin 5 mg daily", "reference": f"MedicationRequest/{name}"}]
    return CardRecord(
        uuid=f"{name}-{position}",
        position=position,
        concern="0123456789abcdef",
        check="drug-interaction",
        rule="ddi-warfarin-nsaid",
        version="1",
        topic="drug-interaction",
        indicator="warning",
        harm="major",
        body=body,
        evidence={"facts": facts},
        handle=keyring.handle(f"{name}-{position}"),
        suggestions=(SuggestionRecord(f"{name}-{position}-s", 0, "Cancel this order"),),
    )


if __name__ == "__main__":
    main()
