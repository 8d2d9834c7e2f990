"""A CDS client for the tests: it calls over HTTP, and puts every answer with advice through the card checker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tests.conformance.card_checker import check_response

SERVICE = "medication-safety"


@dataclass(frozen=True)
class Reply:
    """`body` is the JSON of the answer, None when it has none."""

    status: int
    body: Any
    text: str

    @property
    def cards(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["cards"]
        return found

    @property
    def findings(self) -> list[dict[str, str]]:
        """The cards as a reader compares them: topic, indicator and rule."""
        return [
            {
                "topic": card["source"]["topic"]["code"],
                "indicator": card["indicator"],
                "rule": card["extension"]["org.countersign.concern"]["rule"],
            }
            for card in self.cards
        ]

    @property
    def not_assessed(self) -> list[str]:
        """The reasons, each as `topic: reason`."""
        notes = self.body["extension"]["org.countersign.assessment"].get("not_assessed", [])
        return [f"{note['topic']}: {note['reason']}" for note in notes]

    def card(self, topic: str) -> dict[str, Any]:
        """The only card of a topic."""
        found = [card for card in self.cards if card["source"]["topic"]["code"] == topic]
        assert len(found) == 1, f"{len(found)} cards of {topic} among {self.findings}"
        return found[0]

    @property
    def issue(self) -> dict[str, Any]:
        """The one issue of an OperationOutcome."""
        assert self.body["resourceType"] == "OperationOutcome", self.body
        (found,) = self.body["issue"]
        assert isinstance(found, dict)
        return found


@dataclass
class CdsClient:
    url: str

    def call(self, body: Mapping[str, Any], service: str = SERVICE, headers: Mapping[str, str] | None = None) -> Reply:
        """One hook call. A 200 that breaks a clause of the checklist fails the test that made the call."""
        reply = self.post(f"/cds-services/{service}", json.dumps(body).encode(), headers)
        if reply.status == 200:
            assert check_response(body, reply.body) == []
        return reply

    def ask(self, body: Mapping[str, Any], service: str = SERVICE) -> Reply:
        """A hook call that must be answered."""
        reply = self.call(body, service)
        assert reply.status == 200, reply.text
        return reply

    def post(self, path: str, raw: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        given = {"Content-Type": "application/json", **(headers or {})}
        return reply_of(requests.post(self.url + path, data=raw, headers=given, timeout=60))

    def get(self, path: str) -> Reply:
        return reply_of(requests.get(self.url + path, timeout=60))


def reply_of(response: requests.Response) -> Reply:
    with response:
        kind = response.headers.get("Content-Type", "")
        return Reply(response.status_code, response.json() if "json" in kind else None, response.text)
