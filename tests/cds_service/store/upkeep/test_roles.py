"""On PostgreSQL the service runs as a role that adds to the record and can change nothing of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import ProgrammingError

from cds_service.background.queue import opened_queue, prepare, read_job, work_off
from cds_service.cli import commands
from cds_service.errors import SettingsError
from cds_service.store import AuditEvent, CdsClient, RanVersion, check_revision, migrate, open_replay_guard, open_store
from cds_service.store.migrate import grant_app_role
from tests.cds_service.store.conftest import AT
from tests.databases import ON_POSTGRESQL, ON_SQLITE, Beside

ROLE = "countersign_app"
CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def as_app(settings, keyring, postgres):
    """The settings of the service, which connects as its own role; the owner has migrated and granted."""
    if postgres.run(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'") == []:  # noqa: S608
        postgres.run(f"CREATE ROLE {ROLE} LOGIN")
    migrate(settings)
    prepare(settings)
    grant_app_role(settings, keyring, ROLE)
    urls = {
        name: getattr(settings, name).replace("//countersign@", f"//{ROLE}@")
        for name in ("database_url", "replay_database_url")
    }
    return replace(settings, **urls)


@ON_POSTGRESQL
def test_everything_that_the_service_does_works_without_any_right_to_change_the_record(
    as_app, keyring, call, feedback_item
):
    check_revision(as_app)
    passed = iter([0.0, 3600.0])
    store, guard = open_store(as_app, keyring), open_replay_guard(as_app, steady=lambda: next(passed))
    assert [store.record(call()), store.record(call())] == ["stored", "repeated"]
    assert store.add_feedback(*CALLER, [feedback_item()]).stored == 1
    assert store.add_opinion("a-card-0", "north", "Practitioner/9", "useful", None, None, AT).stored == 1
    store.audit(AuditEvent("view", "shown", "north", patient="patient-1"))
    assert store.card_by_handle(keyring.handle("a-card-0")).feedback
    store.registrations.add_cds_client(
        CdsClient("north", "https://x", None, None, ("ES384",), "standard", (), 300, None, AT)
    )
    store.registrations.add_cds_client(
        CdsClient("north", "https://x", None, None, ("RS384",), "standard", (), 300, None, AT)
    )
    store.sessions.put("smart-view", "id", {"patient": "1"}, 4e9)
    assert store.sessions.renew("smart-view", "id", {"patient": "2"}, 4e9)
    assert store.sessions.take("smart-view", "id") == {"patient": "2"}
    assert store.make_months() == 0
    ran = RanVersion("digest", AT, {"knowledge": "2026.11"})
    assert [store.ran_versions.add(ran), store.ran_versions.add(ran), store.ran_versions.all()] == [True, False, [ran]]
    assert store.verify_audit().intact
    assert guard.first_use("https://ehr", "jti", 4e9, 3.9e9)
    assert not guard.first_use("https://ehr", "jti", 4e9, 3.9e9 + 3600)
    store.close()
    guard.close()


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 'refused'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE audit_end SET seq = 0",
        "DELETE FROM audit_end",
        "UPDATE feedback SET words_sealed = ''",
        "DELETE FROM feedback",
        "UPDATE invocation SET content_sealed = NULL",
        "DELETE FROM invocation",
        "DELETE FROM card",
        "DELETE FROM invocation_key",
        "DELETE FROM known_patient",
        "UPDATE legal_hold SET lifted_at = now()",
        "UPDATE main_revision SET version_num = 'x'",
        "INSERT INTO audit_rest SELECT * FROM audit",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "DROP TABLE audit",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_role_is_refused_whatever_would_change_the_record_or_the_schema(as_app, keyring, call, statement):
    store = open_store(as_app, keyring)
    store.record(call())
    store.close()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        Beside(as_app.database_url).run(statement)


@ON_POSTGRESQL
def test_a_table_of_the_callers_own_cannot_stand_in_for_the_head_of_the_chain(as_app, keyring, call, past):
    forged = Beside(as_app.database_url)
    with forged.line() as line:
        line.exec_driver_sql("CREATE TEMP TABLE audit_end AS SELECT 'head' AS name, 99::bigint AS seq, 'x' AS link")
        assert tuple(line.exec_driver_sql("SELECT seq FROM countersign_audit_head()").one()) == (1,)


@ON_POSTGRESQL
def test_the_note_worker_runs_as_the_services_role(as_app, keyring):
    done: list[str] = []
    with opened_queue(as_app, keyring) as queue:
        job = read_job(queue, lambda note: done.append(note) or "read")
        job("note-1")
        assert work_off(queue) == 1
    assert done == ["note-1"]


@ON_POSTGRESQL
def test_migrate_grants_by_command_and_names_a_role_that_is_not_there(settings, keyring, as_app, monkeypatch):
    for name in ("run_dir", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))
    done = CliRunner().invoke(commands()["migrate"], ["--app-role", ROLE], catch_exceptions=False)
    assert done.exit_code == 0
    with pytest.raises(SettingsError, match="no role nobody_here"):
        grant_app_role(settings, keyring, "nobody_here")


@ON_POSTGRESQL
def test_a_role_that_was_given_nothing_learns_what_its_owner_types(settings, keyring, as_app, postgres):
    if postgres.run("SELECT 1 FROM pg_roles WHERE rolname = 'countersign_stranger'") == []:
        postgres.run("CREATE ROLE countersign_stranger LOGIN")
    url = as_app.database_url.replace(f"//{ROLE}@", "//countersign_stranger@")
    with pytest.raises(SettingsError, match=r"main database does not let this role read it; .* --app-role ROLE"):
        check_revision(replace(as_app, database_url=url))


@ON_POSTGRESQL
def test_a_replay_guard_in_a_file_needs_no_role(settings, keyring, as_app, tmp_path):
    mixed = replace(settings, replay_database_url=f"sqlite:///{tmp_path / 'replay.sqlite3'}")
    migrate(mixed)
    grant_app_role(mixed, keyring, ROLE)


@ON_SQLITE
def test_sqlite_has_no_roles_and_says_so(settings, keyring):
    migrate(settings)
    with pytest.raises(SettingsError, match="SQLite, which has no roles"):
        grant_app_role(settings, keyring, ROLE)
