"""Revisions: up, down and up again with data, and a start-up that refuses what it does not know."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from cds_service.errors import SettingsError
from cds_service.store import check_revision, migrate, open_store
from cds_service.store.engine.database import open_database
from cds_service.store.migrate import BRANCHES, move
from tests.cds_service.store.older_code import OlderCode, OldestCode
from tests.databases import ON_SQLITE

BY_MONTH = re.compile(r"(invocation|feedback|audit)_(\d{4}_\d\d|rest|key)")


def test_a_migrated_database_has_the_shape_that_the_code_writes(settings, past):
    migrate(settings)
    differing = [one[0] for one in differences(settings.database_url, "main")]
    # On PostgreSQL the cards' foreign key points to the table of keys, and the audit id is unique with its month.
    asked_by_months = ["add_constraint", "add_fk", "remove_constraint", "remove_fk"]
    assert sorted(differing) == ([] if past.on_sqlite else asked_by_months)
    assert differences(settings.replay_database_url, "replay") == []


def differences(url: str, branch: str) -> list[Any]:
    database = open_database(url)
    options = {"compare_type": True, "compare_server_default": True, "version_table": f"{branch}_revision"}
    options["include_name"] = lambda name, kind, _: kind != "table" or not BY_MONTH.fullmatch(name)
    with database.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), BRANCHES[branch])
    database.close()
    return found


@ON_SQLITE
def test_a_database_that_is_not_there_is_refused_with_the_command_to_type(settings):
    with pytest.raises(SettingsError, match="python -m cds_service migrate"):
        check_revision(settings)
    assert not settings.run_dir.exists()


def test_a_database_that_is_behind_is_refused(settings):
    migrate(settings)
    check_revision(settings)
    move(settings.database_url, "main", "main@base")
    with pytest.raises(SettingsError, match=r"main database is behind.*migrate"):
        check_revision(settings)
    move(settings.database_url, "main", "main@head")
    move(settings.replay_database_url, "replay", "replay@base")
    with pytest.raises(SettingsError, match="replay database is behind"):
        check_revision(settings)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(settings, rows):
    migrate(settings)
    rows("UPDATE main_revision SET version_num = 'main9999'")
    for refuse in (check_revision, migrate):
        with pytest.raises(SettingsError, match="main9999"):
            refuse(settings)


def test_up_down_and_up_again_with_data(settings, keyring, call, feedback_item, past):
    for _ in range(2):
        migrate(settings)
        store = open_store(settings, keyring)
        assert store.record(call()) == "stored"
        caller = (call().tenant, call().issuer, call().service)
        assert store.add_feedback(*caller, [feedback_item()]).stored == 1
        store.close()
        move(settings.database_url, "main", "main@base")
        assert past.tables() == {"main_revision"}


def test_what_was_written_in_either_format_survives_a_revision_down_and_up(store, settings, call, keyring, past):
    store.record(call("new"))
    move(settings.database_url, "main", "main0001")
    OldestCode(past, keyring).record("old")
    move(settings.database_url, "main", "main@head")
    assert store.card_by_handle(keyring.handle("new-card-0")).body == call("new").cards[0].body
    assert store.card_by_handle(keyring.handle("old-card")).body == {"summary": "old"}
    assert store.verify_audit().intact


def test_months_are_put_together_and_taken_apart_with_every_row_and_every_guard(
    store, settings, call, feedback_item, rows
):
    for number, month in enumerate((3, 7, 11)):
        store.record(call(f"c{number}", at=datetime(2026, month, 2, tzinfo=UTC)))
    caller = (call().tenant, call().issuer, call().service)
    store.add_feedback(*caller, [feedback_item("c0-card-0")])
    count = "SELECT (SELECT count(*) FROM invocation), (SELECT count(*) FROM feedback), (SELECT count(*) FROM audit)"
    for target in ("main0002", "main@head"):
        move(settings.database_url, "main", target)
        assert rows(count) == [(3, 1, 4)]
        if target == "main@head":  # today's code needs today's columns
            assert store.record(call("c0", at=datetime(2026, 3, 2, tzinfo=UTC))) == "repeated"
            assert store.add_feedback(*caller, [feedback_item("c0-card-0")]).repeated == 1
        for change in ("DELETE FROM feedback", "DELETE FROM audit", "UPDATE audit SET outcome = 'x'"):
            with pytest.raises(IntegrityError, match="append-only"):
                rows(change)
        assert store.verify_audit().intact


def test_code_of_the_revision_before_goes_on_writing_beside_the_new(
    store, settings, call, keyring, past, feedback_item
):
    older = OlderCode(past, keyring)
    assert older.record("old-1")
    assert not older.record("old-1")
    assert store.record(call("new")) == "stored"
    assert older.record("old-2")
    caller = (call().tenant, call().issuer, call().service)
    assert store.add_feedback(*caller, [feedback_item("old-2-card", suggestions=("old-2-stop",))]).stored == 1
    assert older.feedback("key-1", "old-1-card")
    assert not older.feedback("key-1", "old-1-card")
    assert store.card_by_handle(keyring.handle("old-2-card")).patient == "patient-1"
    verdict = store.verify_audit()
    assert verdict.intact
    assert verdict.rows == 4
    assert past.run("SELECT revision FROM compatible_code") == [
        ("main0002",),
        ("main0003",),
        ("main0004",),
        ("main0005",),
        ("main0006",),
        ("main0007",),
        ("main0008",),
        ("main0009",),
        ("main0010",),
    ]


def test_a_schema_that_names_this_code_as_able_to_run_is_accepted_though_newer(store, settings, rows):
    rows("UPDATE main_revision SET version_num = 'main9999'")
    rows("INSERT INTO compatible_code (revision) VALUES ('main0011')")
    check_revision(settings)
    with pytest.raises(SettingsError, match="main9999"):
        migrate(settings)


def test_migrating_again_keeps_what_is_there(store, settings, call, rows):
    store.record(call())
    migrate(settings)
    check_revision(settings)
    assert rows("SELECT count(*) FROM card") == [(2,)]


def test_several_processes_that_migrate_at_once_end_in_one_database(settings, in_child):
    children = [in_child(lambda _out: migrate(settings)) for _ in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, _ in children] == [0, 0, 0, 0]
    for _, pipe in children:
        os.close(pipe)
    check_revision(settings)


def test_both_urls_may_name_one_database(settings, past):
    shared = replace(settings, replay_database_url=settings.database_url)
    migrate(shared)
    check_revision(shared)
    assert {"token_use", "audit", "main_revision", "replay_revision"} <= past.tables()


@ON_SQLITE
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("not a url", "is not a URL"),
        ("mysql://root:s3cret@host/db", "not a database that the store can use"),
    ],
)
def test_a_database_that_the_store_cannot_use_is_refused_without_repeating_its_password(settings, url, said):
    for start in (migrate, check_revision):
        with pytest.raises(SettingsError, match=said) as refused:
            start(replace(settings, database_url=url))
        assert "s3cret" not in str(refused.value)
