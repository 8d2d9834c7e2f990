"""In other words: the claims of a card as they stand without a writer; what a writer makes of them, held to them."""

from __future__ import annotations

import json
from pathlib import Path

from cds_service.evidence.writing.onnx_writer import OnnxWriter
from cds_service.evidence.writing.slot import RESULT
from tests.cds_service.evidence.writing.tiny_llm import write_model
from tests.smart_app.browser import words
from tests.smart_app.conftest import house_at
from tests.smart_app.house import House


def test_without_a_writer_the_claims_stand_as_they_are_and_nothing_leads_there(house: House) -> None:
    browser, page = house.open("p1")
    assert "/words" not in page
    view = page.partition('href="/ask?view=')[2].partition('"')[0]
    seen = words(browser.get(f"/words?view={view}").text)
    assert "In other words" in seen and "The claims as they stand" in seen


def test_a_writer_that_has_passed_writes_and_what_does_not_stand_is_not_shown(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", "Give glipizide 500 mg to everybody. [1]")
    run = tmp_path / "run"
    run.mkdir()
    (run / RESULT).write_text(json.dumps({"identity": OnnxWriter.load(model).identity, "passed": True}))
    with house_at(run, WRITER=f"onnx:{model}") as house:
        browser, page = house.open("p1")
        address = "/words" + page.partition('href="/words')[2].partition('"')[0].replace("&amp;", "&")
        seen = words(browser.get(address).text)
    assert "Written by onnx:" in seen
    assert "glipizide" not in seen.lower()


def test_without_an_open_view_there_are_no_words(house: House) -> None:
    assert house.browser().get("/words?view=aaaaaaaaaaaa").status_code in (401, 403)
