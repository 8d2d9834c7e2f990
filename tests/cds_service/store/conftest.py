"""A migrated store on real SQLite files and on a real PostgreSQL, and calls to put into it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_service.settings import Settings
from cds_service.store import (
    CardRecord,
    FeedbackItem,
    Invocation,
    Keyring,
    NoteAddress,
    OwnKey,
    SmartClient,
    Store,
    SuggestionRecord,
    open_store,
)
from cds_service.store.migrate import move
from tests.cds_service.store.older_code import OldestCode
from tests.databases import Beside
from tests.ready_databases import stand_ready

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"

NOTE = NoteAddress("north", "patient-0", "https://x", "https://x/Binary/1")
OWN_KEY = OwnKey("key-1", "ES384", {"kty": "EC"}, {"kty": "EC", "d": "s3cret"}, AT, AT)

MakeCall = Callable[..., Invocation]
MakeFeedback = Callable[..., FeedbackItem]


@pytest.fixture
def settings(tmp_path: Path, engine_name: str, request: pytest.FixtureRequest) -> Settings:
    """Of databases that stand migrated where the test asks for the store, of empty ones where it migrates by itself."""
    urls = request.getfixturevalue("ready_urls" if "store" in request.fixturenames else "database_urls")
    given = {"RUN_DIR": str(tmp_path / "run"), **urls}
    return Settings.from_env({f"COUNTERSIGN_{name}": value for name, value in given.items()})


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring.load(settings, {})


@pytest.fixture
def store(settings: Settings, keyring: Keyring) -> Iterator[Store]:
    opened = open_store(stand_ready(settings), keyring)
    yield opened
    opened.close()


@pytest.fixture
def past(settings: Settings) -> Beside:
    """The main database as another program sees it."""
    return Beside(settings.database_url)


@pytest.fixture
def past_replay(settings: Settings) -> Beside:
    return Beside(settings.replay_database_url)


@pytest.fixture
def rows(past: Beside) -> Callable[[str], list[tuple[Any, ...]]]:
    """Runs a statement past the store, as another program would."""
    return past.run


@pytest.fixture
def locked(past: Beside) -> Callable[[], AbstractContextManager[None]]:
    return past.locked


@pytest.fixture
def gone(past: Beside) -> Callable[[], AbstractContextManager[None]]:
    return past.gone


@pytest.fixture
def call(keyring: Keyring) -> MakeCall:
    """An answered order-sign with two cards; two suggestions on the first. Names follow from `name`."""

    def make(name: str = "a", **changes: object) -> Invocation:
        first = _card(keyring, f"{name}-card-0", 0, ("stop", "replace"))
        second = _card(keyring, f"{name}-card-1", 1, ())
        made = Invocation(
            id=f"{name}-call",
            tenant="north",
            issuer="https://ehr.example/north",
            service="medication-safety",
            hook="order-sign",
            hook_instance=f"{name}-instance",
            body_digest="d" * 64,
            patient="patient-1",
            user="Practitioner/7",
            encounter="encounter-3",
            fhir_server="https://ehr.example/fhir",
            at=AT,
            duration_ms=41.5,
            knowledge="2026.11",
            models="embedder 1",
            not_assessed=({"topic": "renal-dosing", "subject": "MedicationRequest/2", "reason": "no eGFR"},),
            cards=(first, second),
        )
        return replace(made, **changes)

    return make


@pytest.fixture
def feedback_item() -> MakeFeedback:
    def make(card: str = "a-card-0", **changes: object) -> FeedbackItem:
        made = FeedbackItem(card, "accepted", (f"{card}-stop",), None, None, None, None, AT)
        return replace(made, **changes)

    return make


@pytest.fixture
def filled(
    store: Store,
    settings: Settings,
    keyring: Keyring,
    past: Beside,
    call: MakeCall,
    feedback_item: MakeFeedback,
) -> Store:
    """Something in every sealed column; the first format's columns too."""
    caller = ("north", "https://ehr.example/north", "medication-safety")
    move(settings.database_url, "main", "main0001")
    OldestCode(past, keyring).record("old")
    move(settings.database_url, "main", "main@head")
    for number in range(5):
        store.record(call(f"c{number}", patient=f"patient-{number}"))
        store.add_feedback(*caller, [feedback_item(f"c{number}-card-0", comment="as advised")])
    store.registrations.add_smart_client(SmartClient("north", "https://x", "id", "s3cret", {"kty": "EC"}))
    store.sessions.put("smart-view", "cookie", {"patient": "1"}, 4e9)
    store.notes.want([NOTE])
    store.own_keys.add(OWN_KEY)
    store.record(call("placed", unit="Ward 3"))
    store.people.grant("north", "https://x/Practitioner/1", "quality")
    store.replies.add("north", "key-1", "answered", "Seen.", "https://x/Practitioner/1", None)
    return store


@pytest.fixture
def in_child() -> Iterator[Callable[[Callable[[int], None]], tuple[int, int]]]:
    """Runs a function in a forked process; gives its pid and the read end of the pipe that it writes to."""
    children: list[int] = []

    def start(work: Callable[[int], None]) -> tuple[int, int]:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            try:
                work(writing)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writing)
        children.append(pid)
        return pid, reading

    yield start
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            continue


def _card(keyring: Keyring, uuid: str, position: int, suggestions: tuple[str, ...]) -> CardRecord:
    offered = tuple(
        SuggestionRecord(f"{uuid}-{name}", index, f"{name} warfarin", index == 0)
        for index, name in enumerate(suggestions)
    )
    return CardRecord(
        uuid=uuid,
        position=position,
        concern="0123456789abcdef",
        check="drug-interaction",
        rule="warfarin-tmp-smx",
        version="2026.11",
        topic="drug-interaction",
        indicator="warning",
        harm="major",
        body={"uuid": uuid, "summary": "raises INR", "overrideReasons": [{"system": REASONS, "code": "benefit"}]},
        evidence={"facts": [{"label": "INR", "value": "2.4"}]},
        handle=keyring.handle(uuid),
        suggestions=offered,
    )
