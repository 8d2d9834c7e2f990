"""The medicines of a discharge on the evidence page, and the page for the patient that it leads to."""

from __future__ import annotations

import re
from html import unescape

from tests.smart_app.browser import words
from tests.smart_app.house import House

NEW = {
    "state": "new",
    "name": "Apixaban <b>",
    "written": "apixaban 5 mg tablet, take 1 tablet by mouth twice daily",
    "how": "Take 1 tablet by mouth 2 times a day.",
    "as_written": False,
    "lay": "blood thinner",
    "use": "irregular heartbeat",
    "watch": ["You may bleed or bruise more than usual."],
    "help": ["Call 911 for bleeding that does not stop."],
    "due": ["creatinine: before you go home, or soon after"],
    "facts": [0],
}
SCALE = {"state": "changed", "name": "Insulin lispro", "how": "per sliding scale", "as_written": True, "change": "10 u"}
HELD = {"state": "held", "name": "Metformin", "questions": ["it is on hold: start it again, when, or stop it?"]}
STOPPED = {"state": "stopped", "name": "Ibuprofen", "change": "kidneys", "questions": "no list"}


def opened(house: House, **record: object) -> tuple[object, str]:
    browser = house.browser()
    handle = house.card("p1", **record)
    return browser, browser.launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text


def test_each_medicine_is_shown_with_what_it_was_told_from(house: House) -> None:
    _, page = opened(house, medicines=[NEW, SCALE, HELD, STOPPED, {"state": "<i>odd</i>"}])
    seen = words(page.partition('class="discharge"')[2].partition("</section>")[0])
    assert "New (1) Apixaban <b> blood thinner for irregular heartbeat fact 1" in seen
    assert "Changed (1) Insulin lispro As written per sliding scale" in seen
    assert "To decide: on hold (1) Metformin it is on hold: start it again, when, or stop it?" in seen
    assert "Stopped (1) Ibuprofen Reason: kidneys" in seen and "<i>odd</i>" not in page
    assert "All medicines" not in words(house.open("p1")[1]), "a card about no discharge has no such part"


def test_the_page_for_the_patient_says_what_to_take_and_is_a_draft_until_somebody_signs(house: House) -> None:
    browser, page = opened(house, medicines=[NEW, SCALE, HELD, STOPPED])
    address = unescape(re.search(r'href="(/evidence/handout[^"]+)"', page)[1])  # type: ignore[index]
    sheet = browser.get(address).text  # type: ignore[attr-defined]
    seen = words(sheet)
    assert "Your medicines when you go home" in seen and "For the clinician: a draft." in seen
    assert "New medicines Apixaban <b> blood thinner For irregular heartbeat. Take 1 tablet by mouth 2 times a" in seen
    assert "As your order says: “per sliding scale” Before: 10 u" in seen
    assert "Stop taking these Ibuprofen Do not take this any more. Why: kidneys." in seen
    assert "Ask before you leave Nobody has written down yet if you should take these: Metformin" in seen
    assert "not reviewed until somebody has signed above" in seen and "<b>" not in sheet.partition("<main")[2]


def test_without_a_home_list_the_patient_is_not_told_that_a_medicine_is_new(house: House) -> None:
    ordered = {**NEW, "state": "ordered", "name": "Atorvastatin", "product": "40 mg tablet", "also": ["Lipitor"]}
    browser, page = opened(house, medicines=[ordered, {**NEW, "state": "unsure", "name": "Digoxin"}])
    listed = words(page.partition('class="discharge"')[2].partition("</section>")[0])
    assert "Ordered in this stay; no home list to compare with (1) Atorvastatin 40 mg tablet" in listed
    address = unescape(re.search(r'href="(/evidence/handout[^"]+)"', page)[1])  # type: ignore[index]
    seen = words(browser.get(address).text)  # type: ignore[attr-defined]
    assert "New medicines" not in seen and seen.count("Take these medicines") == 1
    assert "We had no list of the medicines you take at home." in seen
    assert "At home it may be called Lipitor. It is the same medicine: take only one of them." in seen


def test_a_card_about_no_discharge_has_no_page_for_the_patient(house: House) -> None:
    browser, page = house.open("p1")
    view = re.search(r"view=([A-Za-z0-9_-]{12})", page)[1]  # type: ignore[index]
    assert browser.get(f"/evidence/handout?view={view}").status_code == 404
