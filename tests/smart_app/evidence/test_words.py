"""In other words: what a writer makes of a card's claims, held to them, marked, and sent as it comes."""

from __future__ import annotations

import json
from pathlib import Path

from cds_service.evidence.writing.onnx_writer import OnnxWriter
from cds_service.evidence.writing.slot import RESULT
from smart_app.access.streaming import SO_FAR
from tests.cds_service.evidence.writing.tiny_llm import write_model
from tests.smart_app.browser import words
from tests.smart_app.conftest import house_at
from tests.smart_app.house import House


def test_without_a_writer_nothing_leads_there_and_nothing_is_written(house: House) -> None:
    browser, page = house.open("p1")
    assert "words=yes" not in page
    again = browser.get(f"{browser.visited[-1]}&words=yes").text
    assert "In other words" not in again and SO_FAR not in again


def test_a_writer_that_has_passed_writes_at_the_end_of_the_page_and_is_marked(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", "Give glipizide 500 mg to everybody. [1]")
    run = tmp_path / "run"
    run.mkdir()
    (run / RESULT).write_text(json.dumps({"identity": OnnxWriter.load(model).identity, "passed": True}))
    with house_at(run, WRITER=f"onnx:{model}") as house:
        browser, page = house.open("p1")
        assert "Being written" not in page
        address = page.partition(">In other words<")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        answer = browser.get(address)
    seen = words(answer.text)
    assert "written by a language model" in seen and "onnx:" in seen and "Being written" in seen
    assert "glipizide" not in seen.lower()
    first, *later = answer.text.split(str(SO_FAR))
    assert "Cited evidence" in first and "Give feedback" in first and "The end of what was written" in later[-1]
    assert answer.headers["Transfer-Encoding"] == "chunked" or "Content-Length" not in answer.headers


def test_without_an_open_view_there_are_no_words(house: House) -> None:
    assert house.browser().get("/evidence?view=aaaaaaaaaaaa&words=yes").status_code == 401
