"""A data key is changed by command: nothing is lost on the way, and the old one goes only when nothing needs it."""

from __future__ import annotations

import json
import os
import signal

import pytest
from click.testing import CliRunner

from cds_service.cli import commands
from cds_service.store import AuditEvent, Keyring, open_store
from cds_service.store.sealing.key_file import KeyDocument
from cds_service.store.upkeep.resealing import Resealed, sealed_columns
from tests.cds_service.store.conftest import NOTE, OWN_KEY

CALLER = ("north", "https://ehr.example/north", "medication-safety")


@pytest.fixture
def govern(settings, monkeypatch):
    for name in ("run_dir", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))

    def run(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(commands()["governance"], list(words))
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    return run


def reopened(settings):
    return open_store(settings, Keyring.load(settings, {}))


def everything_opens(store, keyring) -> None:
    assert store.card_by_handle(keyring.handle("old-card")).body == {"summary": "old"}
    for number in range(5):
        found = store.card_by_handle(keyring.handle(f"c{number}-card-0"))
        assert (found.patient, found.feedback[0].comment) == (f"patient-{number}", "as advised")
    assert store.registrations.smart_clients()[0].secret == "s3cret"
    assert store.registrations.smart_clients()[0].private_jwk == {"kty": "EC"}
    assert store.sessions.get("smart-view", "cookie") == {"patient": "1"}
    assert store.own_keys.all() == [OWN_KEY]
    assert store.notes.address(store.notes.id_of(NOTE.tenant, NOTE.url)) == NOTE
    assert store.verify_audit().intact


def test_every_sealed_column_is_filled_by_these_tests(filled, rows):
    for table, column in sealed_columns():
        assert rows(f"SELECT count(*) FROM {table.name} WHERE length({column.name}) > 0") != [(0,)], column  # noqa: S608


def test_everything_is_sealed_anew_but_what_the_audit_chain_covers(filled, settings, keyring, govern, gone):
    assert "k2 added and current" in govern("keys", "add")
    assert "values still need k1" in govern("keys", "retire", "k1", fails=True)
    with gone():
        filled.audit(AuditEvent("view", "shown"))  # waits in the journal, sealed by a worker that was not restarted
    assert "sealed anew" in govern("keys", "reseal")
    after = reopened(settings)
    everything_opens(after, keyring)
    # The trail of the first format is part of the chain: its key stays until retention has taken that row.
    assert (after.resealing.use().of("k1"), after.resealing.use().in_chain["k1"]) == (1, 1)
    assert "1 of them in the audit chain" in govern("keys", "status")
    assert "values still need k1" in govern("keys", "retire", "k1", fails=True)
    after.close()


def test_nothing_uses_the_old_key_afterwards_and_it_is_kept_for_older_backups(store, settings, govern, call, keyring):
    store.record(call())
    govern("keys", "add")
    govern("keys", "reseal")
    assert "nothing uses it" in govern("keys", "status")
    govern("keys", "retire", "k1")
    document = json.loads((settings.run_dir / "keys.json").read_text())
    assert (document["current"], list(document["keys"])) == ("k2", ["k2"])
    assert list(json.loads((settings.run_dir / "retired-keys.json").read_text())) == ["k1"]
    after = reopened(settings)
    assert after.card_by_handle(keyring.handle("a-card-0")).patient == "patient-1"
    assert after.record(call("b")) == "stored"
    assert after.verify_audit().intact
    after.close()
    assert "k3 added" in govern("keys", "add", "--standby")
    assert json.loads((settings.run_dir / "keys.json").read_text())["current"] == "k2"
    assert all(path.stat().st_mode & 0o077 == 0 for path in settings.run_dir.glob("*keys.json"))


def test_killed_half_way_nothing_is_lost_and_the_next_run_does_the_rest(filled, settings, keyring, in_child, govern):
    govern("keys", "add")

    def killed(out: int) -> None:
        own = reopened(settings)
        audited = own.resealing._audit

        def dying(connection, count):
            audited(connection, count)
            if own.resealing.use().of("k2") > 6:
                os.kill(os.getpid(), signal.SIGKILL)

        own.resealing._audit = dying
        own.resealing.run(batch=2)
        os.write(out, b"ran to its end")

    pid, pipe = in_child(killed)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    os.close(pipe)
    half = reopened(settings)
    assert half.resealing.use().of("k2") > 0
    assert half.resealing.use().of("k1") > 2
    everything_opens(half, keyring)
    assert half.resealing.run(batch=2).done > 0
    assert half.resealing.run(batch=2).done == 0
    everything_opens(half, keyring)
    half.close()


def test_a_value_that_does_not_open_is_left_and_said(store, settings, govern, call, rows):
    store.record(call("a"))
    store.record(call("b"))
    rows(
        "UPDATE invocation SET content_sealed = (SELECT content_sealed FROM invocation WHERE id = 'a-call') "
        "WHERE id = 'b-call'"
    )
    govern("keys", "add")
    again = reopened(settings)
    result = again.resealing.run()
    again.close()
    assert result == Resealed(done=result.done, broken=1)
    assert "values still need k1" in govern("keys", "retire", "k1", fails=True)


def test_keys_of_the_environment_go_into_a_file_that_the_command_names(settings, tmp_path):
    made = {"COUNTERSIGN_DATA_KEYS": json.dumps(dict(KeyDocument.load(settings, {}).keys))}
    document, key_id = KeyDocument.load(settings, made).with_new_key(standby=False)
    path = tmp_path / "new-keys.json"
    document.write(path)
    assert path.stat().st_mode & 0o077 == 0
    ring = Keyring.load(settings, {"COUNTERSIGN_DATA_KEYS": path.read_text()})
    assert (ring.current, ring.ids) == (key_id, ("k1", "k2"))


def test_every_step_is_on_record(store, govern, rows):
    govern("keys", "add", "--standby")
    govern("keys", "use", "k2")
    govern("keys", "retire", "k1")
    assert [action for (action,) in rows("SELECT action FROM audit WHERE outcome = 'done' ORDER BY seq")] == [
        "key-add",
        "key-use",
        "key-retire",
    ]
