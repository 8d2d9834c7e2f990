"""The main database does not answer: hooks do, and what they answered reaches the database by the journal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cds_service import create_app
from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.store import migrate
from tests.cds_service.web.ehr_tokens import Ehr
from tests.databases import Beside
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import in_this_process, migrated


def test_a_start_and_a_call_during_an_outage_give_the_rules_cards_and_lose_nothing(tmp_path: Path) -> None:
    settings = migrated(tmp_path, CLIENT_AUTH="off")
    database = tmp_path / "countersign.sqlite3"
    kept = tmp_path / "kept.sqlite3"
    database.rename(kept)
    database.mkdir()  # a file that cannot be opened, as on a volume that is gone
    with in_this_process(settings) as service:
        medications = bundle(active("naproxen 500 mg"))
        reply = service.ask(order_sign(draft("ibuprofen 400 mg tid"), prefetch=chart(medications=medications)))
        assert [card["indicator"] for card in reply.cards] == ["warning"]
        assert service.get("/readyz").body["status"] == "degraded"
        assert service.rooms is not None
        assert service.rooms.store.pending() == 1

        database.rmdir()
        shutil.move(kept, database)
        assert service.rooms.store.drain() == 1
        assert service.counts() == {"invocation": 1, "card": 1, "audit": 1}


@pytest.mark.covers("A-35")
def test_on_either_engine_a_replay_guard_that_is_down_is_503_and_a_main_database_that_is_down_is_not(
    tmp_path: Path, database_urls: dict[str, str]
) -> None:
    ehr = Ehr("https://ehr.example.org/fhir", "north", "")
    settings = migrated(tmp_path, ehr.registration(), **database_urls)
    ehr.public_url = settings.public_url
    with in_this_process(settings) as service:
        assert service.call(order_sign(draft("ibuprofen 400 mg")), headers=ehr.bearer()).status == 200
        with Beside(settings.replay_database_url).gone():
            assert service.call(order_sign(draft("ibuprofen 400 mg")), headers=ehr.bearer()).status == 503
        with Beside(settings.database_url).gone():
            assert service.call(order_sign(draft("ibuprofen 400 mg")), headers=ehr.bearer()).status == 200
            assert service.rooms is not None and service.rooms.store.pending() == 1
        assert service.call(order_sign(draft("ibuprofen 400 mg")), headers=ehr.bearer()).status == 200
        service.rooms.store.drain()
        assert service.counts()["invocation"] == 3
        assert service.rooms.store.verify_audit().intact
        service.rooms.replay_guard.close()


def test_on_either_engine_a_start_migrates_nothing_and_refuses_what_it_does_not_know(
    tmp_path: Path, database_urls: dict[str, str]
) -> None:
    given = {"RUN_DIR": str(tmp_path), "CLIENT_AUTH": "off", **database_urls}
    settings = Settings.from_env({f"COUNTERSIGN_{name}": value for name, value in given.items()})
    with pytest.raises(SettingsError, match="cds_service migrate"):
        create_app(settings)
    assert not database_urls or Beside(settings.database_url).tables() == set()
    assert not (tmp_path / "countersign.sqlite3").exists()
    migrate(settings)
    Beside(settings.database_url).run("UPDATE main_revision SET version_num = 'main9999'")
    with pytest.raises(SettingsError, match="main9999"):
        create_app(settings)
