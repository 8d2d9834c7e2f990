"""An EHR that takes its time: whatever takes longer than a second shows that it goes on, and then what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from smart_app.chart import reads
from smart_app.smart import client, discovery
from tests.smart_app.access.test_in_a_frame import chromium  # noqa: F401 - a fixture
from tests.smart_app.browser import words
from tests.smart_app.house import House
from tests.smart_app.launch.test_launch import audit_rows
from tests.smart_app.patient.test_this_patient import SCOPE
from tests.smart_app.sample_card import SUMMARY

UNTIL_SEEN_S = 60.0


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the app shows a page as soon as it does in life, and waits for the EHR until the page was seen."""
    for module in (client, discovery, reads):
        monkeypatch.setattr(module, "DEADLINE_S", UNTIL_SEEN_S)


@contextmanager
def holding(house: House, *ends: str) -> Iterator[None]:
    """The EHR answers nothing at the addresses that end so before the block does."""
    free = Event()
    house.ehr.held = dict.fromkeys(ends, free)
    try:
        yield
    finally:
        free.set()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(viewport={"width": 900, "height": 600})
    # Left half read when the page goes on, the icon would be a warning of the tests' own server.
    context.route("**/mark.svg", lambda route: route.abort())
    yield context.new_page()
    context.close()


def starts(house: House, page: Page, patient: str = "slow") -> None:
    """Begin a launch as the EHR's page does, without waiting for anything."""
    query = house.ehr.launch_query(house.ehr.launch(patient, house.card(patient)))
    page.goto("about:blank")
    page.evaluate("address => { location.href = address }", f"{house.settings.app_url}/launch?{query}")


@pytest.mark.parametrize(
    ("slow", "said"),
    [("/.well-known/smart-configuration", "Asking the EHR how its apps sign in"), ("/token", "to give access")],
)
def test_a_launch_that_takes_long_shows_that_it_goes_on_and_arrives(
    house: House, page: Page, slow: str, said: str
) -> None:
    with holding(house, slow):
        starts(house, page)
        page.get_by_text(said).wait_for()
        assert page.locator("progress").is_visible()
    page.get_by_role("heading", name=SUMMARY).wait_for()
    page.go_back()
    assert "code=" not in page.url


def test_a_slow_launch_that_is_refused_says_so_in_its_place_and_on_record(house: House, page: Page) -> None:
    house.ehr.make_id_token = lambda _: "forged"
    with holding(house, "/token"):
        starts(house, page)
        page.get_by_text("to give access").wait_for()
    page.get_by_role("heading", name="The launch was refused").wait_for()
    assert not page.locator("progress").is_visible()
    assert audit_rows(house)[-1][:2] == ("smart-launch", "refused")


def test_programs_arrive_at_a_slow_ehr_too(house: House) -> None:
    """A client that reads no HTML gets the page that names the next address."""
    house.ehr.slow = {"/token": 1.0}
    browser = house.browser()
    answer = browser.launch(house.ehr.launch_query(house.ehr.launch("slow", house.card("slow"))))
    address = answer.text.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0]
    assert answer.status_code == 200 and SUMMARY in words(browser.get(address.replace("&amp;", "&")).text)


@pytest.mark.parametrize(
    ("path", "doing", "done"),
    [
        ("calculators", "Reading the chart in the EHR", "Not computed: creatinine is missing"),
        ("ask", "Searching.", "Calculated for this patient"),
        ("patient/timeline", "Reading the chart in the EHR", "neither a medicine nor a laboratory result"),
    ],
)
def test_pages_that_read_a_slow_chart_show_that_they_do(
    house: House, page: Page, path: str, doing: str, done: str
) -> None:
    house.ehr.scope = SCOPE
    starts(house, page)
    page.get_by_role("heading", name=SUMMARY).wait_for()
    view = page.url.partition("?")[2].partition("&card")[0]
    with holding(house, "/Observation", "/MedicationRequest"):
        page.evaluate("address => { location.href = address }", f"{house.settings.app_url}/{path}?{view}")
        if path == "ask":
            page.get_by_label("Question").fill("which dose?")
            page.get_by_role("button", name="Search").click(no_wait_after=True)
        page.get_by_text(doing).wait_for()
        assert page.locator("progress").is_visible()
    page.get_by_text(done).first.wait_for()
    assert not page.locator("progress").is_visible()
