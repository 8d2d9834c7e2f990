"""The app in a real browser, in a frame of another site, with third-party cookies blocked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from tests.smart_app.conftest import free_port
from tests.smart_app.fake_ehr import flask_app, running
from tests.smart_app.house import House
from tests.smart_app.sample_card import SUMMARY

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
]
NOTHING_LEAVES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, NOTHING_LEAVES])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    yield context.new_page()
    context.close()


def chart(house: House, page: Page, origin: str) -> Frame:
    """The chart page of an EHR at `origin` with a launch under way in its frame; returns the frame."""
    handle = house.ehr.launch("p1", house.card("p1"))
    page.goto(f"{origin}/frame?{urlencode({'app': house.settings.app_url, 'launch': handle})}")
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    return frame


@pytest.mark.covers("SA11", "H-134", "H-139")
def test_the_whole_walk_works_in_the_ehrs_frame_without_third_party_cookies(house: House, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    frame = chart(house, page, house.ehr.base)
    frame.get_by_role("heading", name=SUMMARY).wait_for()

    frame.get_by_text("Add a reason").click()
    frame.get_by_label("Reason").select_option("rule-does-not-fit")
    frame.get_by_label("Comment").fill("He is off warfarin.")
    frame.get_by_role("button", name="Not useful").click()

    frame.get_by_text("Thank you. Your answer is stored").wait_for()
    assert frame.get_by_text("“He is off warfarin.”").is_visible()
    frame.get_by_role("button", name="Close").click()
    frame.get_by_role("heading", name="This view is closed").wait_for()
    frame.evaluate("history.back()")
    frame.get_by_role("heading", name="This view has ended").wait_for()
    assert not any("Content Security Policy" in line for line in complaints)


@pytest.mark.covers("SA14", "H-134")
def test_a_site_that_is_not_listed_cannot_frame_the_app(house: House, page: Page) -> None:
    port = free_port()
    with running(flask_app(house.ehr), port, "localhost"):
        frame = chart(house, page, f"http://localhost:{port}")
        page.wait_for_load_state("networkidle")
        assert frame.url.startswith("chrome-error:")


@pytest.mark.parametrize("width", [900, 400])
def test_nothing_runs_out_of_a_narrow_frame(house: House, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    frame = chart(house, page, house.ehr.base)
    frame.get_by_role("heading", name=SUMMARY).wait_for()
    page.evaluate("width => document.querySelector('iframe').width = width", width)
    assert frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
