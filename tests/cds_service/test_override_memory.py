"""A warning is sent again at every order-sign, unless this clinician overrode it in this encounter: that is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cds_client import Reply
from tests.hook_calls import active, bundle, chart, draft, fresh, order_sign
from tests.running_service import RunningService


def signing(**context: Any) -> dict[str, Any]:
    known = {"encounterId": "memory-1", "userId": "Practitioner/memory", **context}
    prefetch = chart(medications=bundle(active("warfarin 5 mg daily")))
    return order_sign(draft("bactrim ds bid"), prefetch=prefetch, **known)


def says(service: RunningService, card: dict[str, Any], outcome: str) -> None:
    item = {"card": card["uuid"], "outcome": outcome, "outcomeTimestamp": datetime.now(UTC).isoformat()}
    if outcome == "accepted":
        item["acceptedSuggestions"] = [{"id": card["suggestions"][0]["uuid"]}]
    body = {"feedback": [item]}
    reply = service.post("/cds-services/medication-safety/feedback", json.dumps(body).encode())
    assert reply.status == 200, reply.text


def overridden(reply: Reply) -> list[dict[str, str]]:
    found: list[dict[str, str]] = reply.body["extension"]["org.countersign.assessment"].get("overridden", [])
    return found


@pytest.mark.covers("design-2.6-memory")
def test_a_warning_comes_again_until_it_is_overridden_here_by_this_clinician(service: RunningService) -> None:
    first = service.ask(signing()).card("drug-interaction")
    again = service.ask(signing()).card("drug-interaction")
    assert first["extension"] == again["extension"]
    says(service, again, "overridden")
    quiet = service.ask(signing())
    assert not [one for one in quiet.findings if one["topic"] == "drug-interaction"]
    (said,) = overridden(quiet)
    assert said == {
        "concern": first["extension"]["org.countersign.concern"]["id"],
        "topic": "drug-interaction",
        "subject": "MedicationRequest/draft-1",
    }
    for elsewhere in (
        {"encounterId": "memory-2"},
        {"userId": "Practitioner/another"},
        {"encounterId": None},
    ):
        assert service.ask(signing(**elsewhere)).card("drug-interaction")
    says(service, again, "accepted")
    assert service.ask(signing()).card("drug-interaction")


def test_another_concern_in_the_same_encounter_is_sent(service: RunningService) -> None:
    here = {"encounterId": "memory-3"}
    says(service, service.ask(signing(**here)).card("drug-interaction"), "overridden")
    other = signing(**here)
    other["context"]["draftOrders"]["entry"][0]["resource"] = draft("fluconazole 200 mg daily")
    assert service.ask(fresh(other)).card("drug-interaction")
