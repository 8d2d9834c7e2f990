"""Ask the evidence: passages word for word, the question's words marked, nothing in URLs, an honest not-found."""

from __future__ import annotations

import importlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.record.marking import pieces_of
from tests.smart_app.ask.test_calculators import WEIGHT
from tests.smart_app.browser import Browser, hidden_fields, words
from tests.smart_app.house import House
from tests.smart_app.patient.test_this_patient import SCOPE, drug, lab, of

QUESTION = "does metronidazole raise the INR?"


def asked(house: House, question: str) -> tuple[Browser, str]:
    """A browser that has asked, and the page it was answered with."""
    browser, page = house.open("p1")
    form = browser.get(page.partition('href="/ask')[2].partition('"')[0].join(("/ask", "")).replace("&amp;", "&"))
    answer = browser.post("/ask", {**hidden_fields(form.text.partition('class="ask"')[2]), "question": question})
    assert answer.status_code == 200, answer.text
    return browser, answer.text


def test_a_question_brings_passages_with_its_words_marked_and_their_source(house: House) -> None:
    browser, page = asked(house, QUESTION)
    first = page.partition('class="passages"')[2].partition("</li>")[0]
    assert "Metronidazole" in words(first)
    assert "<mark>Metronidazole</mark>" in first and "Metronidazole label · U.S. FDA · 2018" in words(first)
    assert "javascript:" not in page
    assert not any("metronidazole" in address for address in browser.visited)


def test_what_is_not_in_the_corpus_is_said_not_to_be_there(house: House) -> None:
    _, page = asked(house, "xylophone zugzwang")
    assert "Not found in this corpus" in words(page)


def test_a_question_about_a_calculation_brings_it_filled_in_from_the_chart(house: House) -> None:
    today = datetime.now(UTC).date().isoformat()
    house.ehr.scope = SCOPE
    house.ehr.resources = {"Observation": of("p1", lab(1, 1.9, today), lab(2, 61, today, unit="kg", **WEIGHT))}
    _, page = asked(house, "what dose at this creatinine clearance?")
    seen = words(page)
    assert (
        "Calculated for this patient Creatinine clearance 23.5 mL/min" in seen and "serum creatinine 1.9 mg/dL" in seen
    )
    _, page = asked(house, QUESTION)
    assert "Calculated for this patient" not in page
    house.ehr.resources = {}
    _, page = asked(house, "phenytoin level")
    assert "Corrected phenytoin Not computed: no phenytoin level on record" in words(page)
    house.ehr.scope = "launch openid fhirUser patient/Patient.r"
    _, page = asked(house, "which dose?")
    assert "did not allow this app to read it" in page and "could not be read" in page


def test_a_question_about_a_score_or_a_sum_brings_what_the_lists_say(house: House) -> None:
    house.ehr.scope = f"{SCOPE} patient/Condition.rs"
    house.ehr.resources = {
        "Condition": of("p1", {"resourceType": "Condition", "id": "c1", "code": {"text": "type 2 diabetes"}}),
        "MedicationRequest": of("p1", drug(1, "oxycodone 10 mg tablet four times daily"), drug(2, "morphine")),
    }
    seen = words(asked(house, "stroke risk in atrial fibrillation")[1])
    assert "CHA2DS2-VASc 4 to 9 points , incomplete: not known: heart failure;" in seen
    seen = words(asked(house, "naloxone with opioids?")[1])
    assert "at least 60 MME a day , incomplete: not counted: morphine (dose not known)" in seen
    house.ehr.scope = "launch openid fhirUser patient/Patient.r"
    assert "Not computed: medication list could not be read" in words(asked(house, "anticholinergic burden")[1])


def test_a_page_that_fails_on_its_way_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> object:
        raise RuntimeError("with words of a patient")

    monkeypatch.setattr(importlib.import_module("smart_app.ask.pages"), "calculators_for", failing)
    _, page = asked(house, "which dose?")
    assert "could not be made" in page and "words of a patient" not in page
    assert 'class="reading-now"' in page and page.index('class="off done"') > page.index('class="reading-now"')


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_finds_nothing_and_breaks_nothing(house: House, question: str) -> None:
    _, page = asked(house, question)
    assert "What was found" not in page and "Ask the evidence" in page


def test_markup_in_a_question_is_text(house: House) -> None:
    _, page = asked(house, '"><script>alert(1)</script> warfarin')
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_question_from_another_site_is_refused(house: House) -> None:
    browser, page = house.open("p1")
    fields = {**hidden_fields(page), "question": QUESTION}
    assert browser.post("/ask", fields, Origin="https://evil.example", Sec_Fetch_Site="cross-site").status_code == 403


def test_without_an_open_view_there_is_nothing_to_ask(house: House) -> None:
    assert house.browser().get("/ask?view=aaaaaaaaaaaa").status_code in (401, 403)
    assert house.browser().get("/catalogue?view=aaaaaaaaaaaa").status_code in (401, 403)


def test_what_was_looked_at_is_in_the_audit_trail_and_the_question_is_not(house: House) -> None:
    asked(house, "does metronidazole quicken zymurgy")
    with closing(sqlite3.connect(house.settings.run_dir / "countersign.sqlite3")) as database:
        rows = [str(row) for row in database.execute("SELECT * FROM audit")]
    assert any("smart-ask" in row for row in rows)
    assert not any("zymurgy" in row for row in rows)


def test_models_and_rules_shows_every_check_with_its_review(house: House) -> None:
    browser, page = house.open("p1")
    address = "/catalogue" + page.partition('href="/catalogue')[2].partition('"')[0].replace("&amp;", "&")
    seen = words(browser.get(address).text)
    assert "Not reviewed at this site" in seen and "drug-interaction" in seen
    assert "embedder" in seen and "Licence: Apache-2.0" in seen


@pytest.mark.covers("Q45")
@pytest.mark.parametrize(("page", "count"), [("check/renal-dosing", 13), ("model/drug-linker", 31)])
def test_source_attributes_are_one_click_away_and_complete(house: House, page: str, count: int) -> None:
    browser, evidence = house.open("p1")
    view = browser.visited[-1].partition("view=")[2]
    answer = browser.get(f"/catalogue/{page}?view={view}")
    assert answer.status_code == 200 and answer.text.partition('id="attributes"')[2].count("<dt>") == count
    assert f"/catalogue/{page.replace('renal-dosing', 'drug-interaction')}?view=" in evidence
    assert browser.get(f"/catalogue/check/no-such-check?view={view}").status_code == 404


@given(text=st.text(max_size=200), question=st.text(max_size=80))
def test_the_pieces_of_a_passage_are_the_passage(text: str, question: str) -> None:
    assert "".join(piece.text for piece in pieces_of(text, question)) == text


def test_forms_of_a_word_are_marked_and_small_words_are_not() -> None:
    marked = [piece.text for piece in pieces_of("It is bleeding that bleeds.", "what is a bleed?") if piece.marked]
    assert marked == ["bleeding", "bleeds"]
