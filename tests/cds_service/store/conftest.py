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
    Store,
    SuggestionRecord,
    migrate,
    open_store,
)
from tests.databases import Beside

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"

MakeCall = Callable[..., Invocation]
MakeFeedback = Callable[..., FeedbackItem]


@pytest.fixture
def settings(tmp_path: Path, database_urls: dict[str, str]) -> Settings:
    given = {"RUN_DIR": str(tmp_path / "run"), **database_urls}
    return Settings.from_env({f"COUNTERSIGN_{name}": value for name, value in given.items()})


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring.load(settings, {})


@pytest.fixture
def store(settings: Settings, keyring: Keyring) -> Iterator[Store]:
    migrate(settings)
    opened = open_store(settings, keyring)
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
