"""Access that is renewed: with rotation, by one request at a time, and given back whole at logout."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.smart_app.browser import Browser, hidden_fields
from tests.smart_app.house import House


def opened(house: House) -> tuple[Browser, str, str]:
    house.ehr.refresh_token = "refresh-1"
    house.ehr.expires_in = 800
    browser, page = house.open("p1")
    return browser, browser.visited[-1], page


@pytest.mark.covers("L12", "L13", "P21")
def test_access_is_renewed_with_the_newest_refresh_token_each_time(house: House) -> None:
    browser, page, _ = opened(house)
    for ahead in (600, 780, 1400, 1560):
        house.clock.ahead = ahead
        assert browser.get(page).status_code == 200
    assert house.ehr.used_refresh_tokens[0] == "refresh-1"
    assert len(house.ehr.used_refresh_tokens) == 2 == len(set(house.ehr.used_refresh_tokens))


@pytest.mark.covers("L13")
def test_many_pages_at_once_use_a_refresh_token_once(house: House) -> None:
    browser, page, _ = opened(house)
    house.clock.ahead = 775
    view = urlsplit(page).query
    paths = [f"/evidence?{view}", f"/patient?{view}", f"/catalogue?{view}", f"/ask?{view}"] * 3
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda path: browser.session.get(house.settings.app_url + path, timeout=60), paths))
    assert {answer.status_code for answer in found} == {200}
    assert house.ehr.used_refresh_tokens == ["refresh-1"]


@pytest.mark.covers("L15")
def test_a_refresh_that_is_refused_ends_the_view_with_its_last_token(house: House) -> None:
    browser, page, _ = opened(house)
    house.ehr.refresh_error = "invalid_grant"
    house.clock.ahead = 600
    assert browser.get(page).status_code == 200
    house.clock.ahead = 775
    assert browser.get(page).status_code == 200
    house.clock.ahead = 801
    assert browser.get(page).status_code == 401


def test_logout_revokes_both_tokens(house: House) -> None:
    browser, _, page = opened(house)
    browser.post("/logout", hidden_fields(page))
    assert house.ehr.revoked == ["refresh-1", house.ehr.tokens[-1]]


def test_no_refresh_token_lies_in_a_view_that_was_closed(house: House) -> None:
    browser, page, text = opened(house)
    browser.post("/logout", hidden_fields(text))
    house.clock.ahead = 775
    assert browser.get(page).status_code == 401 and house.ehr.used_refresh_tokens == []
