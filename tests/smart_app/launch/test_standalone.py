"""A launch from outside the EHR, and what else a token's answer may bring: encounter, intent, colours."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from smart_app.smart.style import contrast, style_sheet
from tests.smart_app.browser import words
from tests.smart_app.house import House
from tests.smart_app.launch.test_launch import at_the_ehr, callback_of, refused


@pytest.mark.covers("K3", "L8")
def test_a_standalone_launch_asks_for_a_patient_and_opens_that_patients_page(house: House) -> None:
    house.ehr.chosen = "p-chosen"
    browser = house.browser()
    response = browser.launch(urlencode({"iss": house.ehr.iss}))
    asked = house.ehr.asked[-1]
    assert "launch" not in asked and asked["aud"] == house.ehr.iss
    assert asked["scope"].split()[0] == "launch/patient" and "launch" not in asked["scope"].split()
    assert response.status_code == 200 and "/patient?view=" in browser.visited[-1]
    assert "Patient/p-chosen" in response.text


@pytest.mark.covers("K7")
def test_a_server_that_does_not_start_apps_from_outside_is_not_asked_to(house: House) -> None:
    house.ehr.configuration["capabilities"] = ["launch-ehr"]
    refused(house.browser().launch(urlencode({"iss": house.ehr.iss})), "no-standalone-launch")
    assert house.ehr.asked == []


@pytest.mark.covers("G-124")
def test_a_server_that_promised_to_name_itself_must(house: House) -> None:
    house.ehr.configuration["authorization_response_iss_parameter_supported"] = True
    browser, authorize = at_the_ehr(house)
    refused(browser.get(callback_of(browser, authorize)), "callback-iss")
    assert "/token" not in house.ehr.seen
    house.ehr.authorize_iss = house.ehr.iss
    assert house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1"))).status_code == 200


@pytest.mark.covers("L9")
@pytest.mark.parametrize(
    ("intent", "page"),
    [("ask-evidence", "/ask"), ("patient-summary", "/patient"), ("order-a-pizza", "/patient"), (None, "/patient")],
)
def test_an_intent_opens_its_page_and_an_unknown_one_the_usual(house: House, intent: str | None, page: str) -> None:
    browser = house.browser()
    extra = {"intent": intent} if intent else {}
    assert browser.launch(house.ehr.launch_query(house.ehr.launch("p1", **extra))).status_code == 200
    assert urlsplit(browser.visited[-1]).path == page


@pytest.mark.covers("L9")
def test_a_card_comes_before_any_intent(house: House) -> None:
    browser, _ = house.open("p1", intent="ask-evidence")
    assert urlsplit(browser.visited[-1]).path == "/evidence"


@pytest.mark.covers("L9")
def test_the_ehrs_colours_are_taken_when_everyone_can_read_them(house: House) -> None:
    house.ehr.style = {"color_text": "#102030", "color_background": "#ffffff"}
    browser, page = house.open("p1", smart_style_url=f"{house.ehr.base}/style.json")
    address = page.partition('href="/patient/style.css')[2].partition('"')[0].replace("&amp;", "&")
    sheet = browser.get(f"/patient/style.css{address}")
    assert sheet.headers["Content-Type"].startswith("text/css") and "--ink: #102030" in sheet.text


@pytest.mark.parametrize(
    "style",
    [
        {"color_text": "#777777", "color_background": "#ffffff"},
        {"color_text": "#000000"},
        {"color_text": "#000000;} body{display:none", "color_background": "#ffffff"},
        {"color_text": "red", "color_background": "#ffffff"},
        {"color_text": "#000000", "color_background": "#8a8a8a"},
        {"color_text": 7, "color_background": ["#ffffff"]},
    ],
)
def test_colours_that_are_hard_to_read_or_no_colours_are_left(style: dict[str, object]) -> None:
    assert style_sheet(style) == ""


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_style_of_another_origin_is_not_fetched(house: House) -> None:
    _, page = house.open("p1", smart_style_url="http://127.0.0.1:9/style.json")
    assert "/patient/style.css" not in page


@pytest.mark.covers("H-134")
def test_a_frame_without_cookies_gets_a_link_to_a_window_of_its_own(house: House) -> None:
    query = house.ehr.launch_query(house.ehr.launch("p1", house.card("p1")))
    browser = house.browser()
    tried = browser.get(f"/launch?{query}", follow=False, **{"Sec-Fetch-Dest": "iframe"})
    assert "cookies=tried" in tried.headers["Location"]
    page = house.browser().get(tried.headers["Location"], **{"Sec-Fetch-Dest": "iframe"})
    assert "keeps no cookie for the frame" in words(page.text) and 'target="_blank"' in page.text
    assert house.ehr.asked == [], "the launch handle was spent although nothing could be opened"
    back = browser.get(tried.headers["Location"], follow=False, **{"Sec-Fetch-Dest": "iframe"})
    assert parse_qs(urlsplit(back.headers["Location"]).query)["aud"] == [house.ehr.iss]


@pytest.mark.covers("M7")
def test_a_role_stands_for_its_practitioner(house: House) -> None:
    house.ehr.claims = {"fhirUser": "PractitionerRole/r-1"}
    browser, page = house.open("p1")
    assert 'action="/feedback"' in page
    assert said_by(house, browser, page) == f"{house.ehr.iss}/Practitioner/dr-1"


@pytest.mark.parametrize("reference", ["https://elsewhere.example/Practitioner/x", "Patient/p1", None])
def test_a_role_without_a_practitioner_of_this_server_stands_for_itself(house: House, reference: str | None) -> None:
    house.ehr.claims = {"fhirUser": "PractitionerRole/r-1"}
    house.ehr.role = {"practitioner": {"reference": reference}}
    assert said_by(house, *house.open("p1")) == f"{house.ehr.iss}/PractitionerRole/r-1"


@pytest.mark.covers("M7")
def test_a_relative_may_look_and_does_not_answer(house: House) -> None:
    house.ehr.claims = {"fhirUser": "RelatedPerson/rp-1"}
    _, page = house.open("p1")
    assert 'action="/feedback"' not in page and "relative or caregiver" in words(page)


def said_by(house: House, browser: object, page: str) -> str | None:
    from tests.smart_app.browser import hidden_fields

    handle = list(house.ehr.launches.values())[-1]["appContext"]
    browser.post("/feedback", {**hidden_fields(page), "verdict": "useful"})  # type: ignore[attr-defined]
    card = house.store.card_by_handle(handle)
    assert card is not None
    return card.feedback[-1].user
