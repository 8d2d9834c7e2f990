"""Cookies, headers, and the end of a view."""

from __future__ import annotations

import logging
import re

import pytest

from tests.smart_app.browser import hidden_fields
from tests.smart_app.house import House

FLAGS = {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}


def set_cookies(response: object) -> dict[str, set[str]]:
    """{cookie name: its attributes} of one answer; Max-Age and Expires are left out."""
    found = {}
    for line in response.raw.headers.getlist("Set-Cookie"):  # type: ignore[attr-defined]
        first, *attributes = line.split("; ")
        found[first.partition("=")[0]] = {a for a in attributes if not a.startswith(("Max-Age", "Expires"))}
    return found


def walk(house: House) -> list[object]:
    """The answers of /launch and /callback, and the page."""
    browser = house.browser()
    query = house.ehr.launch_query(house.ehr.launch("p1", house.card("p1")))
    launch = browser.get(f"/launch?{query}", follow=False)
    authorized = browser.get(launch.headers["Location"], follow=False)
    callback = browser.get(authorized.headers["Location"], follow=False)
    return [launch, callback, browser.get(callback.headers["Location"])]


@pytest.mark.covers("SA10", "H-133", "K17")
def test_cookies_have_exactly_the_flags_of_a_cross_site_frame(house: House) -> None:
    launch, callback, page = walk(house)
    (launch_cookie,) = set_cookies(launch)
    assert launch_cookie.startswith("__Host-launch-") and set_cookies(launch)[launch_cookie] == FLAGS
    given = set_cookies(callback)
    (view_cookie,) = (name for name in given if name.startswith("__Host-countersign-"))
    assert given[view_cookie] == FLAGS and given[launch_cookie] == FLAGS
    assert set_cookies(page) == {}


@pytest.mark.covers("SA12")
def test_the_headers_of_a_page_are_strict(house: House) -> None:
    _, callback, page = walk(house)
    for response in (callback, page):
        headers = response.headers  # type: ignore[attr-defined]
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; object-src 'none'; "
            f"form-action 'self'; frame-ancestors {house.ehr.base}"
        )
        assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff" and "X-Frame-Options" not in headers
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin" and "camera=()" in headers["Permissions-Policy"]


@pytest.mark.covers("SA12")
def test_pages_need_no_script_and_no_inline_style(house: House) -> None:
    _, page = house.open("p1")
    assert "<script" not in page and "style=" not in page and not re.search(r"\son\w+=", page)


def test_refusals_carry_the_same_headers(house: House) -> None:
    for path, status in (("/evidence?view=nope", 401), ("/nowhere", 404), ("/callback", 400), ("/feedback", 405)):
        response = house.browser().get(path)
        assert response.status_code == status and response.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors" in response.headers["Content-Security-Policy"]


@pytest.mark.covers("SA16")
def test_a_foreign_host_header_is_refused(house: House) -> None:
    assert house.browser().get("/", Host="evil.example").status_code == 400
    assert house.browser().get("/healthz").text == "ok\n"


def test_logout_ends_the_view_here_and_revokes_the_token_there(house: House) -> None:
    browser, page = house.open("p1")
    address = browser.visited[-1]
    closed = browser.post("/logout", hidden_fields(page))
    assert closed.status_code == 200 and closed.headers["Clear-Site-Data"] == '"cache"'
    assert house.ehr.revoked == house.ehr.tokens[-1:]
    assert browser.get(address).status_code == 401
    assert not any(name.startswith("__Host-countersign") for name in browser.cookies)


@pytest.mark.covers("SA15", "H-137")
def test_a_stolen_cookie_is_dead_after_logout(house: House) -> None:
    browser, page = house.open("p1")
    address, stolen = browser.visited[-1], dict(browser.cookies)
    browser.post("/logout", hidden_fields(page))
    thief = house.browser()
    thief.session.cookies.update(stolen)
    assert thief.get(address).status_code == 401


def test_logout_needs_the_form_of_the_page(house: House) -> None:
    browser, page = house.open("p1")
    assert browser.get("/logout").status_code == 405
    assert browser.post("/logout", {**hidden_fields(page), "csrf": "x"}).status_code == 403
    assert browser.get(browser.visited[0]).status_code != 401


@pytest.mark.covers("H-136")
def test_a_view_without_its_cookie_shows_nothing(house: House) -> None:
    browser, _ = house.open("p1")
    response = house.browser().get(browser.visited[-1])
    assert response.status_code == 401 and "Sommer" not in response.text and "p1" not in response.text


@pytest.mark.covers("SA15", "H-137")
@pytest.mark.parametrize(("pause", "status"), [(899, 200), (901, 401)])
def test_a_view_ends_when_nobody_looks_for_fifteen_minutes(house: House, pause: int, status: int) -> None:
    browser, _ = house.open("p1")
    house.clock.ahead = pause
    assert browser.get(browser.visited[-1]).status_code == status


@pytest.mark.covers("H-137")
def test_a_view_ends_with_its_token_however_often_it_is_looked_at(house: House) -> None:
    house.ehr.expires_in = 1000
    browser, _ = house.open("p1")
    house.clock.ahead = 800
    assert browser.get(browser.visited[-1]).status_code == 200
    house.clock.ahead = 1001
    assert browser.get(browser.visited[-1]).status_code == 401


def test_a_browser_keeps_eight_views_and_closes_the_oldest(house: House) -> None:
    browser = house.browser()
    addresses = []
    for number in range(9):
        house.clock.ahead = number
        browser.launch(house.ehr.launch_query(house.ehr.launch("p1", house.card("p1"))))
        addresses.append(browser.visited[-1])
    assert [browser.get(address).status_code for address in addresses] == [401, *[200] * 8]


@pytest.mark.covers("K16")
def test_no_token_and_no_patient_stands_in_an_address_or_a_log(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.ehr.patient_status = 500
    browser, page = house.open("patient-canary")
    browser.post("/feedback", {**hidden_fields(page), "verdict": "wrong", "comment": "comment-canary"})
    browser.post("/logout", hidden_fields(page))
    out, err = capfd.readouterr()
    # urllib3's debug lines and the fake EHR's access log name FHIR paths; they are not ours, and off in production.
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("urllib3", "werkzeug"))]
    secrets = [house.ehr.tokens[-1], *browser.cookies.values(), "patient-canary", "comment-canary", "Sommer"]
    for secret in secrets:
        assert not any(secret in url for url in browser.visited if url.startswith(house.settings.app_url))
        assert not any(secret in line for line in [out, err, *ours])


def test_words_typed_into_a_view_that_ended_are_given_back(house: House) -> None:
    browser, page = house.open("p1")
    house.clock.ahead = 901
    late = browser.post("/feedback", {**hidden_fields(page), "verdict": "wrong", "comment": "typed </textarea> words"})
    assert late.status_code == 401 and "typed &lt;/textarea&gt; words</textarea>" in late.text
    assert "was not stored" in late.text
