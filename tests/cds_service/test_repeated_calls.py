"""The same call is the same answer, however often and however close together it comes; another body is another call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService


def call() -> dict[str, Any]:
    return order_sign(
        draft("bactrim ds bid"),
        prefetch=chart(medications=bundle(active("warfarin 5 mg daily"), active("lisinopril", 2))),
    )


@pytest.mark.covers("F35", "SC24")
def test_a_repeated_call_gives_the_same_cards_with_the_same_uuids_and_one_record(service: RunningService) -> None:
    body = call()
    first = service.ask(body)
    before = service.counts()
    second = service.ask(body)
    assert first.cards and first.body == second.body
    assert service.counts() == {**before, "audit": before["audit"] + 1}


def test_the_same_call_many_times_at_once_is_one_record(service: RunningService) -> None:
    body, before = call(), service.counts()
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(service.ask, [body] * 6))
    assert all(reply.body == replies[0].body for reply in replies)
    assert service.counts()["invocation"] == before["invocation"] + 1
    assert service.counts()["card"] == before["card"] + len(replies[0].cards)


def test_a_retry_with_another_body_is_answered_afresh(service: RunningService) -> None:
    body, before = call(), service.counts()
    other = {**body, "prefetch": chart()}
    warned, quiet = service.ask(body), service.ask(other)
    assert warned.cards and quiet.cards == []
    assert service.counts()["invocation"] == before["invocation"] + 2


def test_the_same_body_under_another_hook_instance_has_uuids_of_its_own(service: RunningService) -> None:
    body = call()
    first = service.ask(body)
    second = service.ask({**body, "hookInstance": call()["hookInstance"]})
    assert first.findings == second.findings
    assert {card["uuid"] for card in first.cards}.isdisjoint(card["uuid"] for card in second.cards)
    assert [concern(card) for card in first.cards] == [concern(card) for card in second.cards]


def concern(card: dict[str, Any]) -> str:
    found: str = card["extension"]["org.countersign.concern"]["id"]
    return found
