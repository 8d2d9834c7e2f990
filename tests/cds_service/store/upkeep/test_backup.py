"""Backup and restore as OPERATING.md has them: into an empty place, where the chain holds and work goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from cds_service.cli import commands
from cds_service.settings import Settings
from cds_service.store import Keyring, check_revision, migrate, open_store
from tests.databases import ON_POSTGRESQL, ON_SQLITE
from tests.postgres import program

CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def command(monkeypatch):
    def run(settings: Settings, *words: str) -> str:
        for name in ("run_dir", "database_url", "replay_database_url"):
            monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))
        done = CliRunner().invoke(commands()[words[0]], list(words[1:]))
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.fixture
def place(settings, tmp_path, request) -> Settings:
    """An empty place to restore into: a run folder with the keys of the backup's day, databases of its own."""
    run_dir = tmp_path / "restored"
    run_dir.mkdir()
    urls = {name: f"sqlite:///{run_dir / file}" for name, file in FILES.items()}
    if not settings.database_url.startswith("sqlite"):
        urls = {name: request.getfixturevalue("postgres").make_database() for name in FILES}
    return replace(settings, run_dir=run_dir, **urls)


FILES = {"database_url": "countersign.sqlite3", "replay_database_url": "replay.sqlite3"}


def test_a_backup_made_under_writes_is_restored_whole_and_work_goes_on(
    store, settings, place, call, feedback_item, command, tmp_path, keyring
):
    store.record(call("before"))
    store.add_feedback(*CALLER, [feedback_item("before-card-0")])
    stop = threading.Event()
    thread = threading.Thread(target=keep_writing, args=(store, call, stop))
    thread.start()
    copy = tmp_path / "backup"
    back_up(settings, copy, command)
    stop.set()
    thread.join()
    store.record(call("after"))

    restore(copy, place)
    shutil.copy2(settings.run_dir / "keys.json", place.run_dir / "keys.json")
    command(place, "migrate")
    check_revision(place)
    assert "every link fits" in command(place, "audit", "verify")
    restored = open_store(place, Keyring.load(place, {}))
    found = restored.card_by_handle(keyring.handle("before-card-0"))
    assert (found.patient, len(found.feedback)) == ("patient-1", 1)
    assert restored.card_by_handle(keyring.handle("after-card-0")) is None
    assert restored.add_feedback(*CALLER, [feedback_item("before-card-0")]).repeated == 1
    later = feedback_item("before-card-1", suggestions=(), outcome="overridden")
    assert restored.add_feedback(*CALLER, [later]).stored == 1
    assert restored.record(call("before")) == "repeated"
    assert restored.record(call("next", at=call().at + timedelta(days=1))) == "stored"
    assert restored.verify_audit().intact
    restored.close()


def keep_writing(store, call, stop: threading.Event) -> None:
    for number in range(10_000):
        if stop.is_set():
            return
        store.record(call(f"during-{number}"))


def back_up(settings: Settings, copy: Path, command) -> None:
    if settings.database_url.startswith("sqlite"):
        assert "Copied" in command(settings, "governance", "backup", str(copy))
        assert copy.stat().st_mode & 0o077 == 0
        return
    run("pg_dump", settings.database_url, "--format=custom", f"--file={copy}")


def restore(copy: Path, place: Settings) -> None:
    if place.database_url.startswith("sqlite"):
        shutil.copy2(copy, place.run_dir / "countersign.sqlite3")
        return
    run("pg_restore", place.database_url, "--exit-on-error", "--single-transaction", "--no-owner", str(copy))


def run(name: str, url: str, *words: str) -> None:
    named = make_url(url)
    line = ["--host", str(named.query["host"]), "--username", str(named.username), f"--dbname={named.database}"]
    subprocess.run([program(name), *line, *words], check=True, env={**os.environ, "PGCONNECT_TIMEOUT": "5"})


@ON_POSTGRESQL
def test_what_guards_the_record_comes_back_with_it(store, settings, place, call, command, tmp_path, past):
    store.record(call())
    back_up(settings, tmp_path / "backup", command)
    restore(tmp_path / "backup", place)
    migrate(place)
    query = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    assert replace(past, url=place.database_url).run(query) == past.run(query)


@ON_SQLITE
def test_a_backup_overwrites_nothing(store, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_RUN_DIR", str(settings.run_dir))
    (tmp_path / "there").write_text("kept")
    done = CliRunner().invoke(commands()["governance"], ["backup", str(tmp_path / "there")])
    assert done.exit_code != 0
    assert (tmp_path / "there").read_text() == "kept"


@ON_POSTGRESQL
def test_for_postgresql_the_command_names_the_tool_to_use(store, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_RUN_DIR", str(settings.run_dir))
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COUNTERSIGN_REPLAY_DATABASE_URL", settings.replay_database_url)
    done = CliRunner().invoke(commands()["governance"], ["backup", str(tmp_path / "copy")])
    assert "pg_dump" in str(done.output) + str(done.exception)
