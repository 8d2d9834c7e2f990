"""Feedback of the page: stored once, shown at once, and only from our own form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cds_service.store import FeedbackItem, StoredCard
from tests.smart_app.browser import Browser, hidden_fields, words
from tests.smart_app.house import House
from tests.smart_app.sample_card import ISSUER, TENANT

ANSWER = {"verdict": "not-useful", "reason": "prefers-alternative", "comment": "She asked for <i>another</i> one."}


def opened(house: House) -> tuple[Browser, dict[str, str], str]:
    """A browser on the page of a fresh card, the form's hidden fields, and the card's handle."""
    handle = house.card("p1")
    browser = house.browser()
    page = browser.launch(house.ehr.launch_query(house.ehr.launch("p1", handle)))
    return browser, hidden_fields(page.text), handle


def card(house: House, handle: str) -> StoredCard:
    found = house.store.card_by_handle(handle)
    assert found is not None
    return found


def test_an_answer_is_stored_beside_the_cards_own_feedback_and_shown(house: House) -> None:
    browser, fields, handle = opened(house)
    uuid = card(house, handle).uuid
    said = datetime(2026, 11, 23, 10, 41, tzinfo=UTC)
    dismissed = FeedbackItem(uuid, "overridden", (), "urn:x", "will-monitor", "Will monitor", None, said)
    house.store.add_feedback(TENANT, ISSUER, "medication-safety", [dismissed])

    page = browser.post("/feedback", {**fields, **ANSWER})

    assert page.status_code == 200
    seen = words(page.text)
    assert "Thank you. Your answer is stored and stands below." in seen
    assert "Found not useful Patient prefers an alternative approach or treatment" in seen
    assert "“She asked for <i>another</i> one.” on this page, you," in seen and "<i>another" not in page.text
    assert "Overridden Will monitor in the EHR, on the card, user not stated" in seen
    stored = {event.channel: event for event in card(house, handle).feedback}
    assert stored["smart-app"].outcome == "not-useful"
    assert stored["smart-app"].user == f"{house.ehr.iss}/Practitioner/dr-1"


def test_a_button_pressed_twice_is_one_answer(house: House) -> None:
    browser, fields, handle = opened(house)
    for _ in range(2):
        browser.post("/feedback", {**fields, **ANSWER})
    assert len(card(house, handle).feedback) == 1
    browser.post("/feedback", {**fields, **ANSWER, "verdict": "useful"})
    assert len(card(house, handle).feedback) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": ""}, "no-verdict"),
        ({"verdict": "accepted"}, "no-verdict"),
        ({"reason": "made-up"}, "unknown-reason"),
        ({"comment": "x" * 1001}, "comment-too-long"),
    ],
)
def test_an_incomplete_answer_is_refused_with_its_reason(house: House, change: dict[str, str], reason: str) -> None:
    browser, fields, handle = opened(house)
    response = browser.post("/feedback", {**fields, **ANSWER, **change})
    assert response.status_code == 400 and f"<code>{reason}</code>" in response.text
    assert card(house, handle).feedback == ()


@pytest.mark.covers("SA13")
@pytest.mark.parametrize(
    ("headers", "form", "reason"),
    [
        ({"Origin": "http://localhost:8002", "Sec_Fetch_Site": "cross-site"}, {}, "origin"),
        ({"Origin": "null", "Sec_Fetch_Site": "cross-site"}, {}, "origin"),
        ({"Origin": "null", "Sec_Fetch_Site": None}, {}, "origin"),
        ({"Origin": None, "Sec_Fetch_Site": None}, {}, "origin"),
        ({}, {"csrf": ""}, "csrf"),
        ({}, {"csrf": "guessed"}, "csrf"),
    ],
)
def test_a_post_that_is_not_from_our_page_is_refused(
    house: House, headers: dict[str, str | None], form: dict[str, str], reason: str
) -> None:
    browser, fields, handle = opened(house)
    response = browser.post("/feedback", {**fields, **ANSWER, **form}, **headers)
    assert response.status_code == 403 and f"<code>{reason}</code>" in response.text
    assert card(house, handle).feedback == ()


def test_the_form_token_of_another_view_does_not_count(house: House) -> None:
    browser, fields, handle = opened(house)
    _, others, _ = opened(house)
    assert browser.post("/feedback", {**fields, **ANSWER, "csrf": others["csrf"]}).status_code == 403
    assert card(house, handle).feedback == ()


def test_our_own_origin_is_enough_where_sec_fetch_site_is_not_sent(house: House) -> None:
    browser, fields, _ = opened(house)
    sent = browser.post("/feedback", {**fields, **ANSWER}, Origin=house.settings.app_url, Sec_Fetch_Site=None)
    assert sent.status_code == 200


def test_feedback_without_a_known_user_is_refused_even_with_a_form(house: House) -> None:
    house.ehr.make_id_token = lambda _: None
    browser, fields, handle = opened(house)
    assert browser.post("/feedback", {**fields, **ANSWER}).status_code == 403
    assert card(house, handle).feedback == ()


def test_an_overlong_form_is_refused(house: House) -> None:
    browser, fields, _ = opened(house)
    assert browser.post("/feedback", {**fields, "comment": "x" * 40_000}).status_code == 413
