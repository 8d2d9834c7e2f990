"""Clients that call a served Countersign as an EHR does: an order is signed, the answer's first card gets feedback.

An EHR that got no answer to its feedback sends it again; so do these. A hook call is not repeated: its order is signed
once, answered or not.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.chaos.history import History
from tests.hook_calls import active, bundle, chart, coded_draft, order_sign

PATH = "/cds-services/medication-safety"
EPOCH = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PATIENCE = 10.0  # seconds; a server that was killed cuts the line long before
CLIENTS = 6


@dataclass
class Load:
    """`acknowledged` counts answers of both kinds; `stop` ends the clients after the operation in hand."""

    url: str
    history: History
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: int = 0
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        with requests.Session() as session:
            session.trust_env = False
            while not self.stop.is_set():
                name = str(uuid.UUID(int=chance.getrandbits(128), version=4))
                card = self._call(session, name, chance)
                if card is not None and chance.random() < 0.7:
                    self._feedback(session, name, card)

    def _call(self, session: requests.Session, name: str, chance: random.Random) -> dict[str, Any] | None:
        body = {**signed(chance.randrange(200, 800)), "hookInstance": name}
        self.history.begun("call", name)
        answer = self._post(session, PATH, body)
        if answer is None:
            return None
        self._acknowledge("call", name)
        card: dict[str, Any] = answer.json()["cards"][0]
        return card

    def _feedback(self, session: requests.Session, name: str, card: dict[str, Any]) -> None:
        accepted = {"outcome": "accepted", "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]}
        at = EPOCH + timedelta(seconds=int(name[:4], 16))
        item = {"card": card["uuid"], **accepted, "outcomeTimestamp": at.isoformat()}
        self.history.begun("feedback", name)
        # Also after `stop`: feedback that was begun is sent until somebody takes it.
        while self._post(session, f"{PATH}/feedback", {"feedback": [item]}) is None:
            self.stop.wait(0.02)
        self._acknowledge("feedback", name)

    def _post(self, session: requests.Session, path: str, body: dict[str, Any]) -> requests.Response | None:
        """The answer with 200, or None: cut off, refused, or told to come again."""
        try:
            answer = session.post(self.url + path, json=body, timeout=PATIENCE)
        except requests.RequestException:
            self.stop.wait(0.02)
            return None
        if answer.status_code == 200:
            return answer
        with self._lock:
            self.refused += 1
        return None

    def _acknowledge(self, kind: str, name: str) -> None:
        self.history.acknowledged(kind, name)
        with self._lock:
            self.acknowledged += 1


@contextmanager
def under_load(url: str, history: History, chance: random.Random) -> Iterator[Load]:
    """Clients on threads of this process, which nobody kills; at the end each finishes what it has in hand."""
    load = Load(url, history)
    threads = [threading.Thread(target=load.run, args=(chance.getrandbits(60),)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def signed(dose: int) -> dict[str, Any]:
    """Ibuprofen signed for a patient on warfarin: a warning with suggestions."""
    medications = bundle(active("warfarin 5 mg daily"))
    order = coded_draft("5640", f"ibuprofen {dose} mg tablet")
    return order_sign(order, prefetch=chart(medications=medications))
