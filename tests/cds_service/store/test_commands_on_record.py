"""Every command that changes something, or lets records leave, has its audit rows; on both engines.

Each command is named here, so that a new one has to be sorted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner
from joserfc.jwk import ECKey

from cds_service.__main__ import main
from cds_service.evidence.writing.grounded import Result
from cds_service.store import AuditEvent, migrate
from cds_service.store.migrate import grant_app_role, move
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.evidence.test_hybrid_index import WordHashEmbedder
from tests.charts import knowledge
from tests.databases import ON_POSTGRESQL

# They change nothing, and nothing about a patient leaves by them (a replay reads files of the user's own alone).
READ_ONLY = """
audit verify, check, clients list, clients own-keys list, clients sheet, clients test, conformance, evidence list,
evidence search, evidence stats, governance burden, governance hold list, governance keys status,
governance modes list, governance modes report,
governance roles list, governance write-back status, knowledge stats, knowledge lint, knowledge coverage,
knowledge diff, knowledge export, knowledge candidates, models, notes list, governance keys new, settings,
replay
"""
# Servers and workers: their rows are proved in web/test_serve.py and background/.
LONG_LIVED = "serve, notes work, governance write-back work"
# They put their row on record before and after the files change, as `knowledge approve` does.
OF_FILES = "knowledge import rxnorm, knowledge import openfda, knowledge reject"
BASE = "https://ehr.example.org/fhir"
DAYS = "--from 2020-01-01 --to 2020-02-01"


def acts(folder: Path) -> list[tuple[str, set[str]]]:
    """Commands as typed, in an order in which they work, each with the actions that it must leave on record."""
    keys, label = folder / "jwks.json", folder / "label.json"
    keys.write_text(json.dumps({"keys": [ECKey.generate_key("P-384", {"kid": "k1"}).as_dict(private=False)]}))
    label.write_bytes(samples.openfda(samples.label()))
    north, by = "--tenant north", (datetime.now(UTC) + timedelta(days=90)).date()
    person, back = f"{north} --person {BASE}/Practitioner/1 --role quality", f"{north} --fhir-base {BASE}"
    review = f"--role pharmacist --approver Reviewer --review-by {by}"
    return [
        (f"clients add {north} --iss {BASE} --jwks {keys}", {"register-cds-client"}),
        (f"clients add-app {north} --iss {BASE} --client-id app", {"register-smart-client"}),
        (
            f"clients add-backend {back} --client-id us --token-url {BASE}/token",
            {"register-backend-client", "make-own-key"},
        ),
        ("clients own-keys rotate --now", {"make-own-key"}),
        ("clients own-keys retire OWN-KEY", {"retire-own-key"}),
        (f"clients add-fhir {north} --client-id reader --jwks {keys}", {"register-fhir-client"}),
        ("clients remove-fhir reader", {"register-fhir-client-removed"}),
        (f"evidence import openfda {label} --no-index", {"import-evidence"}),
        (f"evidence import openfda {label} --no-index", set()),  # it has nothing to take in
        ("evidence index", {"index-evidence"}),
        ("evidence retire openfda:set-1", {"retire-evidence", "index-evidence"}),
        ("evidence writer-test", {"writer-test"}),
        (f"audit export {DAYS}", {"export-audit"}),
        (f"governance export-feedback {DAYS}", {"export-feedback"}),
        ("governance retention --clock-is-right", {"retain-calls"}),
        (f"governance hold place {north} --case case-7", {"hold-place"}),
        ("governance hold lift HOLD", {"hold-lift"}),
        (f"governance modes only {north} --service medication-safety", {"register-service-mode"}),
        (f"governance modes set {north} silent", {"register-service-mode"}),
        (f"governance modes export {north} {DAYS}", {"export-silent-cards"}),
        (f"governance modes clear {north}", {"register-service-mode"}),
        (f"governance roles grant {person}", {"grant-role"}),
        (f"governance roles revoke {person}", {"revoke-role"}),
        (f"governance write-back enable {back}", {"write-back-enable"}),
        (f"governance write-back disable {north}", {"write-back-disable"}),
        ("governance keys add", {"key-add"}),
        ("governance keys reseal", {"reseal"}),
        ("governance keys use k1", {"key-use"}),
        ("governance keys reseal", {"reseal"}),
        ("governance keys retire k2", {"key-retire"}),
        (f"knowledge approve duplicate-same-ingredient {review}", {"approve-knowledge"}),
    ]


class Typed:
    """Runs commands and says what each put on record."""

    def __init__(self, rows: Any) -> None:
        self.rows, self.printed = rows, ""

    def __call__(self, line: str) -> set[str]:
        before = self.rows("SELECT count(*) FROM audit")[0][0]
        words = line.replace("HOLD", self.printed.strip())
        if "OWN-KEY" in line:
            words = line.replace("OWN-KEY", self.rows("SELECT kid FROM own_key ORDER BY created LIMIT 1")[0][0])
        done = CliRunner().invoke(main, words.split(), catch_exceptions=False)
        assert done.exit_code == 0, f"{line}: {done.output}"
        self.printed = done.stdout
        return {row[0] for row in self.rows(f"SELECT action FROM audit WHERE seq > {before}")}  # noqa: S608


@pytest.fixture
def typed(store, settings, rows, monkeypatch, tmp_path) -> Typed:
    for name in ("run_dir", "database_url", "replay_database_url"):
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(getattr(settings, name)))
    (tmp_path / "site").mkdir()
    monkeypatch.setenv("COUNTERSIGN_KNOWLEDGE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("COUNTERSIGN_RETAIN_CALL_DAYS", "1")
    small = SimpleNamespace(embedder=WordHashEmbedder(), problems=())
    monkeypatch.setattr("cds_service.tables.knowledge_of", lambda _: knowledge())
    monkeypatch.setattr("cds_service.models.load_models", lambda *_: small)
    monkeypatch.setattr("cds_service.knowledge.passages.passages_of", lambda _: ())
    monkeypatch.setattr("cds_service.evidence.indexing.passages_of", lambda _: ())
    model = SimpleNamespace(identity="openai:https://user:s3cret@llm.example.org m")
    monkeypatch.setattr("cds_service.evidence.writing.slot.open_model", lambda _: model)
    monkeypatch.setattr("cds_service.evidence.writing.grounded.grounded_test", lambda *_: Result(1, 1, 0, 0))
    return Typed(rows)


def test_every_command_that_changes_something_is_on_record(typed, store, call, rows, tmp_path):
    store.record(call())
    for line, expected in acts(tmp_path):
        assert typed(line) == expected, line
    assert "s3cret" not in str(rows("SELECT detail FROM audit"))
    assert "Practitioner" not in str(rows("SELECT subject, detail FROM audit"))
    assert store.verify_audit().intact


def test_every_command_is_sorted_into_those_that_are_on_record_and_those_that_change_nothing(tmp_path):
    recorded = {line for line, _ in acts(tmp_path)} | {"migrate", "governance backup FILE"}
    for name in leaves(main):
        known = [one for one in recorded if f"{one} ".startswith(f"{name} ")]
        known += [one for one in f"{READ_ONLY},{LONG_LIVED},{OF_FILES}".split(",") if one.split() == name.split()]
        assert known, f"{name}: is what it does on record? sort it in this file"


def leaves(group: click.Group, above: str = "") -> Iterator[str]:
    for name, found in group.commands.items():
        inside = leaves(found, f"{above}{name} ") if isinstance(found, click.Group) else [f"{above}{name}"]
        yield from inside


def test_a_migration_is_on_record_once_with_the_revisions_that_it_led_from_and_to(settings, keyring, rows):
    for _ in range(2):
        migrate(settings, keyring)
    found = [json.loads(detail)["version"] for (detail,) in rows("SELECT detail FROM audit WHERE action = 'migrate'")]
    assert [one.partition(" to ")[0] for one in found] == ["nothing", "nothing"]
    assert [one.partition(" to ")[2][:4] for one in found] == ["main", "repl"]
    move(settings.replay_database_url, "replay", "replay@base")
    migrate(settings, keyring)
    assert rows("SELECT count(*) FROM audit WHERE action = 'migrate'") == [(3,)]


def test_a_migration_that_cannot_be_put_on_record_does_not_happen(settings, keyring, past):
    def refuses(_connection: object, _event: AuditEvent) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        move(settings.database_url, "main", "main@head", refuses)
    assert "audit" not in past.tables()


@ON_POSTGRESQL
def test_rights_that_are_granted_are_on_record(settings, keyring, postgres, rows):
    migrate(settings)
    if postgres.run("SELECT 1 FROM pg_roles WHERE rolname = 'on_record'") == []:
        postgres.run("CREATE ROLE on_record")
    grant_app_role(settings, keyring, "on_record")
    ((action, detail),) = rows("SELECT action, detail FROM audit")
    assert (action, json.loads(detail)) == ("grant-app-role", {"role": "on_record"})
