"""The evidence page as a clinician reads it."""

from __future__ import annotations

import pytest

from smart_app.record.rule import rule_line
from tests.smart_app.browser import words
from tests.smart_app.house import House
from tests.smart_app.sample_card import EVIDENCE, SUMMARY


def test_a_launch_from_a_card_opens_the_evidence_behind_it(house: House) -> None:
    _, page = house.open("p1")
    seen = words(page)
    assert SUMMARY in seen and "bactrim ds bid x 10d" in seen and "Warning" in seen
    assert "warfarin 5 mg daily 12 Mar 2026 MedicationRequest/mr-7 coded" in seen
    assert "Renal dosing for bactrim ds : no eGFR on record" in seen
    assert "Order an INR in 3 days recommended" in seen
    assert "Not yet reviewed by a pharmacist at this site." in seen
    assert "compared this row with https://example.org/label on 20 Nov 2026; that is not a review." in seen
    assert "Chart data as of 23 Nov 2026, 10:40 UTC" in seen


def test_a_summary_that_the_card_had_to_cut_stands_whole(house: House) -> None:
    concern = "rivaroxaban 20 mg a day, creatinine clearance 28 mL/min: in atrial fibrillation 15 mg once daily"
    rule = {**EVIDENCE["rule"], "summary": concern}
    handle = house.card("p1", summary=f"xarelto 20 mg daily: {concern[:-14]}…", rule=rule)
    page = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text
    assert f'<h1 id="concern">xarelto 20 mg daily: {concern}</h1>' in page


def test_an_approval_is_told_in_words() -> None:
    told = rule_line({"rule": {"review": "pharmacist|2026-11-29|2027-06-30|A. Meyer|Countersign"}})
    said = "Approved by A. Meyer (pharmacist) on 29 Nov 2026, to be reviewed by 30 Jun 2027."
    assert (told.review, told.reviewed) == (said, True)
    by_role = rule_line({"rule": {"review": "pharmacist|2026-11-29|2027-06-30"}})
    assert by_role.review == "Approved by pharmacist on 29 Nov 2026, to be reviewed by 30 Jun 2027."
    assert rule_line({"rule": {"review": "seen by somebody"}}).review == "Review recorded: seen by somebody."


@pytest.mark.covers("L11")
def test_the_patient_is_named_and_nothing_of_the_chart_becomes_markup(house: House) -> None:
    _, page = house.open("p1")
    assert "<b>Sommer</b>" not in page
    assert "Ada <b>Sommer</b> born 5 Mar 1948 female MRN 4711 Patient/p1" in words(page)


def test_a_read_fact_shows_the_words_the_model_and_the_probability(house: House) -> None:
    _, page = house.open("p1")
    assert "<mark>bactrin ds</mark> bid x 10d" in page
    assert "from free text by drug-linker 1.0, probability 93 %" in words(page)


def test_a_reading_of_the_order_as_a_whole_does_not_repeat_it_as_what_was_read(house: House) -> None:
    read = {**EVIDENCE["facts"][1], "value": "bactrin ds bid x 10d"}
    handle = house.card("p1", facts=[read])
    seen = words(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text)
    assert "The marked words were read from free text by drug-linker 1.0" in seen


def test_a_citation_opens_its_source_in_a_new_tab_and_says_whose_words_it_is_in(house: House) -> None:
    _, page = house.open("p1")
    assert '<a href="https://dailymed.nlm.nih.gov/warfarin" target="_blank" rel="noopener noreferrer">' in page
    assert "U.S. FDA · 2017 · section 7.2" in words(page) and "our summary" in words(page)


def test_related_evidence_leaves_out_what_is_cited_and_links_nothing_but_http(house: House) -> None:
    _, page = house.open("p1")
    related = page.partition('id="related"')[2].partition("</section>")[0]
    assert "Metronidazole raises the INR" in related and "Sulfamethoxazole" not in related
    assert "javascript:" not in page
    assert "ranked by words alone" in words(related)


def test_the_page_says_what_it_is_for_and_what_it_is_not_for(house: House) -> None:
    seen = words(house.open("p1")[1])
    assert "Emergencies or any time-critical decision." in seen
    assert "Not for patients or caregivers." in seen
    assert "no validation results for the local population are available" in seen


def test_members_that_were_not_recorded_are_named_as_such(house: House) -> None:
    empty = dict.fromkeys(("order", "facts", "not_assessed", "claims", "passages", "models", "check", "rule"))
    handle = house.card("p1", **empty, data_as_of=None, suggestions=None)
    seen = words(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text)
    assert "Order as written not recorded" in seen
    assert "No facts were recorded with this card." in seen
    assert "this page cannot say whether anything was left out" in seen
    assert "No citation was recorded with this card." in seen
    assert "Not recorded whether a model took part." in seen
    assert "a time that was not recorded" in seen


def test_a_card_without_a_rule_says_so_instead_of_showing_an_unreviewed_one(house: House) -> None:
    gone = dict.fromkeys(("rule", "check", "facts", "claims", "passages"))
    handle = house.card("p1", rule_id=None, **gone)
    seen = words(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text)
    assert "No rule stands behind this card" in seen and "Not yet reviewed" not in seen
    assert "This card makes no medical claim, so it cites nothing." in seen
    assert "This card rests on no fact of the chart." in seen
    assert "Related evidence" not in seen


def test_no_model_and_nothing_left_out_are_said_in_words(house: House) -> None:
    handle = house.card("p1", models=[], not_assessed=[])
    seen = words(house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text)
    assert "No model took part" in seen and "Nothing was left out for this concern." in seen


def test_without_a_card_the_page_is_about_the_patient(house: House) -> None:
    response = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1")))
    seen = words(response.text)
    assert response.status_code == 200
    assert "Ada <b>Sommer</b>" in seen and "open concern" in seen


@pytest.mark.covers("L9")
def test_the_banner_stays_away_when_the_ehr_shows_the_patient(house: House) -> None:
    _, page = house.open("p1", need_patient_banner=False)
    assert "Sommer" not in page


@pytest.mark.covers("L4")
def test_a_patient_that_may_not_be_read_is_the_patient_of_this_launch(house: House) -> None:
    house.ehr.scope = "launch openid fhirUser"
    _, page = house.open("p1")
    assert "Patient of this launch name not available to this app Patient/p1" in words(page)
    assert "/fhir/Patient/p1" not in house.ehr.seen


def test_a_patient_read_that_fails_does_not_hide_the_evidence(house: House) -> None:
    house.ehr.patient_status = 403
    assert "Patient of this launch" in words(house.open("p1")[1])


def test_evidence_without_a_view_means_the_only_open_one(house: House) -> None:
    browser, _ = house.open("p1")
    assert SUMMARY in browser.get("/evidence").text
    browser.launch(house.ehr.launch_query(house.ehr.launch("p2", house.card("p2"))))
    assert browser.get("/evidence").status_code == 401


def test_a_checklist_is_shown_item_by_item_with_its_proof_and_its_passage(house: House) -> None:
    met = {"rule": "ddi-warfarin-smx", "words": "Measure HbA1c", "state": "met", "why": "7.1 % on 2026-11-20"}
    open_item = {"rule": "care-x", "words": "Ask about tobacco", "state": "unmet", "why": "none among 3 observations"}
    strange = {"words": "Do it", "state": "<i>odd</i>", "facts": ["no number"]}
    handle = house.card("p1", items=[open_item, {**met, "strength": "ADA E", "facts": [0]}, strange])
    page = house.browser().launch(house.ehr.launch_query(house.ehr.launch("p1", handle))).text
    seen = words(page.partition('class="checklist"')[2].partition("</section>")[0])
    assert "Open (1) Ask about tobacco : none among 3 observations care-x" in seen
    assert "Met (1) Measure HbA1c ADA E : 7.1 % on 2026-11-20 fact 1 [1] ddi-warfarin-smx" in seen
    assert "<i>odd</i>" not in page and "Do it" in seen
    assert "All items" not in words(house.open("p1")[1]), "a card that is no checklist has no such part"
