"""Every page and state in a real browser: axe-core finds nothing, 320 px is wide enough, the keyboard is enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.smart_app.access.test_in_a_frame import chromium  # noqa: F401 - a fixture
from tests.smart_app.evidence.test_handout import HELD, NEW, SCALE, STOPPED
from tests.smart_app.house import House
from tests.smart_app.patient.test_this_patient import SCOPE, drug, lab, of
from tests.smart_app.sample_card import EVIDENCE, SUMMARY, TENANT

AXE = Path(__file__).parents[1] / "npm" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OWNER = "Practitioner/accessible"
MANY_FACTS = [{**EVIDENCE["facts"][0], "label": f"Fact {number}"} for number in range(30)]


@pytest.fixture(params=["light", "dark"])
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:  # noqa: F811
    made = chromium.new_context(color_scheme=request.param, viewport={"width": 900, "height": 600}, bypass_csp=True)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def launched(house: House, page: Page, patient: str = "axe", **card: object) -> str:
    """The evidence page of a fresh card; the query that names the view."""
    house.ehr.claims = {"fhirUser": OWNER}
    house.ehr.scope = SCOPE
    query = house.ehr.launch_query(house.ehr.launch(patient, house.card(patient, **card)))
    page.goto(f"{house.settings.app_url}/launch?{query}")
    return page.url.partition("?")[2].partition("&card")[0]


def faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


def looked_at(page: Page) -> None:
    """Without fault at this width, and without sideways scrolling at 320 px."""
    assert faults(page) == [], page.url
    page.set_viewport_size({"width": 320, "height": 568})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, page.url
    assert faults(page) == [], f"{page.url} at 320 px"
    page.set_viewport_size({"width": 900, "height": 600})


def test_the_medicines_of_a_discharge_and_the_page_for_the_patient(house: House, page: Page) -> None:
    launched(house, page, medicines=[NEW, SCALE, HELD, STOPPED])
    looked_at(page)
    page.get_by_role("link", name="Page for the patient").click()
    looked_at(page)


def test_the_pages_of_a_clinician(house: House, page: Page) -> None:
    for number in range(8):
        house.card("axe", concern=f"c{number}", order={"text": f"order {number}"})
    house.ehr.resources = {
        "MedicationRequest": of("axe", *(drug(number, f"drug {number}") for number in range(6)), drug(7, "warfarin")),
        "Observation": of("axe", *(lab(number, 1 + number / 10, f"2026-0{number}-01") for number in range(1, 9))),
    }
    view = launched(house, page, facts=MANY_FACTS)
    page.get_by_text("22 more facts").click()
    page.get_by_text("Add a reason").click()
    looked_at(page)
    page.get_by_role("button", name="Not useful").click()
    page.get_by_text("Your answer is stored").wait_for()
    looked_at(page)
    launched(house, page, facts=[], passages=[], claims=[], models=None, not_assessed=None)
    looked_at(page)
    for path in (
        "patient",
        "patient/timeline",
        "ask",
        "calculators",
        "catalogue",
        "catalogue/check/renal-dosing",
        "catalogue/model/drug-linker",
    ):
        page.goto(f"{house.settings.app_url}/{path}?{view}")
        for score in page.locator("details.score > summary").all():
            score.click()
        looked_at(page)
    page.goto(f"{house.settings.app_url}/ask?{view}")
    for question in ("warfarin and metronidazole", "the price of tea"):
        page.get_by_label("Question").fill(question)
        page.get_by_role("button", name="Search").click()
        looked_at(page)


def test_the_pages_of_roles_and_the_messages(house: House, page: Page) -> None:
    for role in ("rule-owner", "quality"):
        house.store.people.grant(TENANT, f"{house.ehr.iss}/{OWNER}", role)  # type: ignore[arg-type]
    view = launched(house, page)
    page.get_by_role("button", name="Wrong").click()
    for path in ("feedback/queue", "quality"):
        page.goto(f"{house.settings.app_url}/{path}?{view}")
        looked_at(page)
    page.goto(f"{house.settings.app_url}/feedback/queue?{view}")
    page.get_by_text("Answer", exact=True).first.click()
    looked_at(page)
    page.goto(f"{house.settings.app_url}/evidence?{view}")
    page.get_by_text("Add a reason").click()
    page.get_by_label("Comment").fill("typed")
    house.clock.ahead = 901
    page.get_by_role("button", name="Wrong").click()
    page.get_by_text("What you had written").wait_for()
    looked_at(page)
    house.clock.ahead = 0
    launched(house, page)
    page.get_by_role("button", name="Close").click()
    page.get_by_role("heading", name="This view is closed").wait_for()
    looked_at(page)
    odd = (
        f"launch?{urlencode({'iss': house.ehr.iss, 'launch': 'x', 'cookies': 'tried'})}",
        "",
        "launch?iss=x",
        "nothing",
    )
    for path in odd:
        page.goto(f"{house.settings.app_url}/{path}")
        looked_at(page)


LONG_SUMMARY = (
    "warfarin with sulfamethoxazole and trimethoprim at 84 years of age: raises the INR within days; "
    "major bleeding was reported often"
)
LONG_ORDER = "sulfamethoxazole-trimethoprim 800-160 mg tablet take 1 tablet by mouth twice daily for 10 days"


@pytest.mark.parametrize(("width", "height"), [(900, 600), (320, 568)])
def test_order_concern_and_main_fact_stand_in_the_first_view_and_feedback_is_two_clicks_away(
    house: House, page: Page, width: int, height: int
) -> None:
    """With eight concerns, thirty facts, and the longest words that a card may have."""
    page.set_viewport_size({"width": width, "height": height})
    for number in range(8):
        house.card("axe", concern=f"c{number}", summary=f"concern {number}", order={"text": f"order {number}"})
    order = {"reference": "MedicationRequest/1", "text": LONG_ORDER}
    launched(house, page, facts=MANY_FACTS, summary=LONG_SUMMARY, order=order)
    for part in ("h1", ".order", ".main-fact"):
        box = page.locator(part).bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height, part
    page.get_by_role("link", name="Give feedback").click()
    page.get_by_role("button", name="Not useful").click()
    page.get_by_text("Your answer is stored").wait_for()


def test_feedback_is_two_steps_away_by_keyboard_alone(house: House, page: Page) -> None:
    launched(house, page)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.tagName"))
        if reached[-1] == "Give feedback":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Useful", reached
    page.keyboard.press("Enter")
    page.get_by_text("Your answer is stored").wait_for()
    assert page.get_by_text("Found useful").is_visible()


def test_the_first_page_is_small(house: House, page: Page) -> None:
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(sum(request.sizes().values())))
    launched(house, page, facts=MANY_FACTS)
    page.get_by_role("heading", name=SUMMARY).wait_for()
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
