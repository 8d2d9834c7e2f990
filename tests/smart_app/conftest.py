"""The app on a real port, a fake EHR on another, one migrated SQLite file: as in life, but in one process."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.evidence import HybridIndex, Passage
from cds_service.settings import Settings
from cds_service.store import Keyring, SmartClient, open_store
from smart_app import create_app
from smart_app.launch import waiting
from smart_app.library.related import RelatedEvidence
from smart_app.wiring import EXTENSION
from tests.ready_databases import stand_ready
from tests.smart_app.fake_ehr import CLIENT_ID, CLIENT_SECRET, FakeEhr, flask_app, running
from tests.smart_app.house import Clock, House
from tests.smart_app.sample_card import PASSAGE, TENANT, store_card


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A launch ends in its own status, however slow the machine is; launch/test_slow_ehr.py is about the other way."""
    monkeypatch.setattr(waiting, "PATIENCE_S", 60.0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def related() -> RelatedEvidence:
    cited = Passage(id=PASSAGE["id"], title=PASSAGE["title"], text=PASSAGE["text"], source=PASSAGE["source"])
    other = Passage(
        id="other",
        title="Another label",
        text="Metronidazole raises the INR of people on warfarin too.",
        source={"title": "Metronidazole label", "publisher": "U.S. FDA", "year": 2018, "url": "javascript:alert(1)"},
        locator="section 7",
    )
    index = HybridIndex([cited, other], None)
    return RelatedEvidence(lambda: index)


@contextmanager
def house_at(run_dir: Path, **variables: str) -> Iterator[House]:
    """A house of its own, in this folder and on these databases."""
    ehr_port = free_port()
    given = {"RUN_DIR": str(run_dir), "APP_URL": f"http://127.0.0.1:{free_port()}", **variables}
    app_port = int(given["APP_URL"].rpartition(":")[2])
    environ = {f"COUNTERSIGN_{name}": value for name, value in given.items()}
    settings = replace(Settings.from_env(environ), frame_ancestors=(f"http://localhost:{ehr_port}",))
    stand_ready(settings)
    clock, ehr = Clock(), FakeEhr(ehr_port)
    keyring = Keyring.load(settings)
    store = open_store(settings, keyring)
    store.registrations.add_smart_client(SmartClient(TENANT, ehr.iss, CLIENT_ID, CLIENT_SECRET))
    app = create_app(settings, related=related(), now=clock)
    numbers = itertools.count(1)

    def card(patient: str, **members: object) -> str:
        return store_card(store, keyring, f"card-{next(numbers)}", patient, **members)

    with running(app, app_port), running(flask_app(ehr), ehr_port, "localhost"):
        yield House(settings, store, ehr, clock, card)
    store.close()
    app.extensions[EXTENSION].store.close()


@pytest.fixture(scope="session")
def whole_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_at(tmp_path_factory.mktemp("run")) as made:
        yield made


@pytest.fixture
def house(whole_house: House) -> House:
    whole_house.ehr.reset()
    whole_house.clock.ahead = 0.0
    return whole_house
