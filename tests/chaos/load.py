"""What a worker does under load: it stores answered calls and takes feedback, as fast as it can, until it is killed.

An EHR that got no answer to its feedback sends it again, to whichever worker there is then; so does this.
"""

from __future__ import annotations

import random
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store import CardRecord, FeedbackItem, Invocation, Keyring, Store, SuggestionRecord, open_store
from tests.chaos.history import History

CALLER = ("north", "https://ehr.example/north", "medication-safety")
EPOCH = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass
class Worker:
    store: Store
    history: History
    chance: random.Random
    unanswered: Path  # a feedback name that some worker began and nobody acknowledged

    def run(self) -> None:
        self._send_again()
        while True:
            name = str(uuid.UUID(int=self.chance.getrandbits(128)))
            self._call(name)
            if self.chance.random() < 0.7:
                self._feedback(name)
            if self.chance.random() < 0.05:
                with suppress(StoreUnavailable):
                    self.store.drain()

    def _call(self, name: str) -> None:
        self.history.begun("call", name)
        with suppress(StoreUnavailable):
            self.store.record(answered(name))
            self.history.acknowledged("call", name)

    def _feedback(self, name: str) -> None:
        self.unanswered.write_text(name)
        for _ in range(3):
            self.history.begun("feedback", name)
            with suppress(StoreUnavailable):
                result = self.store.add_feedback(*CALLER, [item(name)])
                if result.unknown == 0:
                    self.history.acknowledged("feedback", name)
                    self.unanswered.unlink()
                return

    def _send_again(self) -> None:
        if self.unanswered.exists() and (name := self.unanswered.read_text()):
            self._feedback(name)


def work(settings: Settings, folder: Path, place: int, seed: int) -> None:
    """The whole life of one worker process; it ends by SIGKILL only."""
    store = open_store(settings, Keyring.load(settings, {}))
    history = History(folder / f"history-{place}-{seed}")
    Worker(store, history, random.Random(seed), folder.parent / f"unanswered-{place}").run()


def answered(name: str) -> Invocation:
    """An answered call whose ids all follow from its name."""
    cards = tuple(_card(name, position) for position in range(2))
    head = ("north", "https://ehr.example/north", "medication-safety", "order-sign", name, "d" * 64)
    return Invocation(
        name, *head, f"patient-{name[:2]}", None, None, None, datetime.now(UTC), 9.0, "1", "", cards=cards
    )


def item(name: str) -> FeedbackItem:
    """Feedback on the first card of a call; its time follows from the name."""
    at = EPOCH + timedelta(seconds=int(name[:4], 16))
    return FeedbackItem(f"{name}-0", "accepted", (f"{name}-0-stop",), None, None, None, "as advised", at)


def _card(name: str, position: int) -> CardRecord:
    uuid_ = f"{name}-{position}"
    return CardRecord(
        uuid=uuid_,
        position=position,
        concern="0123456789abcdef",
        check="drug-interaction",
        rule="r",
        version="1",
        topic="drug-interaction",
        indicator="warning",
        harm="major",
        body={"uuid": uuid_, "summary": "raises INR"},
        evidence={"facts": []},
        handle=f"handle-{uuid_}",
        suggestions=(SuggestionRecord(f"{uuid_}-stop", 0, "Cancel this order"),),
    )
