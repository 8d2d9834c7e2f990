"""The page of each check, over HTTP: made from its docstring, with the rows that it rests on."""

from __future__ import annotations

import re

import pytest

from cds_service.checks import CHECKS
from tests.running_service import RunningService


def test_the_list_links_a_page_for_each_check(service: RunningService) -> None:
    page = service.get("/checks").text
    assert set(re.findall(r'href="checks/([\w-]+)"', page)) == CHECKS.keys()


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_a_page_says_what_the_check_says_of_itself(service: RunningService, check: object) -> None:
    reply = service.get(f"/checks/{check.id}")  # type: ignore[attr-defined]
    words = re.sub(r"<[^>]+>", "", reply.text)
    assert reply.status == 200
    assert " ".join(check.words.replace("`", "").split())[:60] in " ".join(words.split())  # type: ignore[attr-defined]
    assert all(hook in words for hook in check.hooks)  # type: ignore[attr-defined]
    modules = [name for name in re.findall(r"<code[^>]*>([\w.]+)</code>", reply.text) if re.search(r"\.(?!csv)", name)]
    assert modules == [], "its readers are no engineers"
    assert "<script" not in reply.text and 'href="../pages.css"' in reply.text


def test_a_page_counts_its_rows_and_how_many_wait_for_a_review(service: RunningService) -> None:
    page = service.get("/checks/drug-allergy").text
    assert re.search(r"allergy rows <.*allergy_rows\.csv</code></span></th><td>\d+</td><td>\d+</td><td>\d+</td>", page)


@pytest.mark.parametrize(("check", "said"), [("order-conflict", ">1 source<"), ("drug-interaction", " sources<")])
def test_one_source_is_no_sources(service: RunningService, check: str, said: str) -> None:
    assert said in service.get(f"/checks/{check}").text


def test_an_unknown_check_has_no_page(service: RunningService) -> None:
    assert service.get("/checks/of-our-dreams").status == 404
