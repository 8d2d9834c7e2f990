"""A clinician asks for the evidence: the app opens beside the chart, in a frame of another site, by EHR launch."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator

from cds_service.models import load_models
from cds_service.store import Store
from tests.browser.clinician import Clinician
from tests.browser.records import stored
from tests.browser.three_apps import ThreeApps
from tests.stored_feedback import feedback_for


def test_the_evidence_page_shows_everything_that_the_card_rests_on(clinician: Clinician, apps: ThreeApps) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    app = clinician.asks_for_evidence(clinician.cards.first)

    app.get_by_role("heading", level=1, name="sulfamethoxazole with warfarin").wait_for()
    assert _site_of_frame(clinician) == urlsplit(apps.addresses.app).netloc
    assert "Ruth Alder" in app.locator("header.patient").inner_text()
    assert app.locator(".order q").inner_text() == "bactrim ds bid x 10d"
    facts = app.locator(".facts li").all_inner_texts()
    assert re.search(r"warfarin 5 mg tablet.*\d{1,2} \w{3} \d{4}.*MedicationRequest/ruth-alder-med-1", facts[1], re.S)
    missing = _section(app, "What could not be assessed")
    assert "our tables do not cover trimethoprim for allergies to related drugs" in missing
    assert "a cited table of interactions" in _section(app, "The rule")
    assert "Not yet reviewed by a pharmacist at this site." in _section(app, "The rule")
    models = _section(app, "Models")
    assert all(version in models for version in load_models(apps.settings, ()).versions.values())
    passage = app.locator("ol.passages li").first
    assert "our summary" in passage.inner_text()
    assert str(passage.get_by_role("link").get_attribute("href")).startswith("https://")
    assert app.get_by_role("heading", name="Related evidence").is_visible()


def test_a_question_is_answered_with_passages_from_within_the_frame(clinician: Clinician) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    app = clinician.asks_for_evidence(clinician.cards.first)
    app.get_by_role("link", name="Ask the evidence").click()
    app.get_by_label("Question").fill("Which antibiotics raise the INR of a patient on warfarin?")
    app.get_by_role("button", name="Search").click()

    app.get_by_role("heading", name="What was found").wait_for()
    assert "warfarin" in app.locator("ol.passages li").first.inner_text().lower()
    assert app.locator("ol.passages mark").count() > 0
    assert "Ruth Alder" in app.locator("header.patient").inner_text()


def test_a_value_is_shown_with_its_day_and_resource(clinician: Clinician) -> None:
    clinician.opens("henry-voss")
    clinician.orders("metformin 1000 bid")
    app = clinician.asks_for_evidence(clinician.cards.first)
    fact = app.locator(".facts li", has_text="eGFR").inner_text()
    assert "24 mL/min/1.73 m2" in fact
    assert re.search(r"\d{1,2} \w{3} \d{4}", fact)
    assert "Observation/henry-voss-lab-2" in fact
    assert "coded" in fact


def test_a_misspelt_order_is_shown_with_what_it_was_read_as_and_by_which_model(
    clinician: Clinician, apps: ThreeApps
) -> None:
    clinician.opens("henry-voss")
    clinician.orders("metforminn 500")
    app = clinician.asks_for_evidence(clinician.cards.first)
    order = app.locator(".facts li").first
    assert order.locator("mark").inner_text() == "metforminn"
    assert f"drug-linker {load_models(apps.settings, ()).versions['drug-linker']}" in order.inner_text()
    assert re.search(r"probability (over )?\d\d %", order.inner_text())
    assert "read as metformin from free text" in app.locator("#main").inner_text()
    assert "read a fact above" in app.locator(".models li", has_text="drug-linker").inner_text()


def test_an_answer_in_the_app_lands_beside_the_cards_own_feedback(
    clinician: Clinician, apps: ThreeApps, store: Store
) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    card = stored(clinician.cards.first, apps, store)
    app = clinician.asks_for_evidence(clinician.cards.first)
    app.get_by_text("Nobody has answered this card yet.").wait_for()
    clinician.accepts("Order INR in 5 days")  # on the card; the frame stays open

    app.get_by_text("Add a reason").click()
    app.get_by_label("Reason").select_option("too-obvious")
    app.get_by_label("Comment").fill("We always order it.")
    app.get_by_role("button", name="Not useful").click()

    app.get_by_text("Your answer is stored").wait_for()
    said = app.locator(".answers li").all_inner_texts()
    assert "Found not useful" in said[0]
    assert "We always order it." in said[0]
    assert "on this page, you" in said[0]
    assert "Accepted: Order INR in 5 days" in said[1]
    assert "in the EHR, on the card" in said[1]
    kept = [(event.channel, event.outcome, event.reason_code) for event in feedback_for(store, card.uuid)]
    assert kept == [("cds-hooks", "accepted", None), ("smart-app", "not-useful", "too-obvious")]


def test_the_thanks_are_in_sight_after_an_answer(clinician: Clinician) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    app = clinician.asks_for_evidence(clinician.cards.first)
    app.get_by_role("button", name="Useful", exact=True).click()
    thanks = app.get_by_text("Your answer is stored")
    thanks.wait_for()
    header, shown = app.locator("header.patient").bounding_box(), thanks.bounding_box()
    assert header is not None
    assert shown is not None
    assert header["y"] + header["height"] <= shown["y"] <= 900 - shown["height"]


@pytest.mark.parametrize("width", [1280, 400])
def test_no_part_of_the_evidence_runs_out_of_its_window(clinician: Clinician, width: int) -> None:
    clinician.opens("tomasz-zielinski")
    clinician.orders("gabapentin 600 mg tid")
    clinician.opens_evidence_alone(clinician.cards.first)
    clinician.page.set_viewport_size({"width": width, "height": 800})
    clinician.page.get_by_role("heading", level=1).wait_for()
    assert clinician.overflow == 0


def test_a_narrow_timeline_opens_at_today_with_the_names_in_sight(clinician: Clinician) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.opens_evidence_alone(clinician.cards.first)
    clinician.page.set_viewport_size({"width": 400, "height": 800})
    clinician.page.get_by_role("link", name="Timeline").click()
    window = clinician.page.get_by_role("group", name="Timeline picture").bounding_box()
    today = clinician.page.locator(".timeline .tick").last.bounding_box()
    names = clinician.page.locator(".timeline.names").bounding_box()
    assert window and today and names
    assert window["width"] < 400, "the picture is narrower than its drawing, so it scrolls"
    assert window["x"] <= today["x"] <= window["x"] + window["width"]
    assert abs(names["x"] - window["x"]) <= 1


def test_a_narrow_row_of_pages_shows_where_one_is(clinician: Clinician) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.opens_evidence_alone(clinician.cards.first)
    clinician.page.set_viewport_size({"width": 400, "height": 800})
    clinician.page.get_by_role("link", name="Models and rules").click()
    here = clinician.page.locator(".rooms [aria-current]")
    clinician.page.get_by_role("heading", level=1, name="Models and rules").wait_for()
    place = here.bounding_box()
    assert place
    assert 0 <= place["x"] <= 400 - place["width"]


def _section(app: FrameLocator, heading: str) -> str:
    return app.locator("section", has=app.get_by_role("heading", name=heading, exact=True)).inner_text()


def _site_of_frame(clinician: Clinician) -> str:
    frame = clinician.page.locator("#app-frame").element_handle().content_frame()
    assert frame is not None
    return urlsplit(frame.url).netloc
