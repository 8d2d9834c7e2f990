"""An answer in an EHR's form passes for that EHR, and each way to leave the form is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import good_answer
from tests.conformance.card_checker import check_response

FOLDER = Path(__file__).parents[2] / "fixtures" / "dialects"
Answer = dict[str, Any]


def fixture(name: str) -> Answer:
    loaded: Answer = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return loaded


def suggestion(answer: Answer, number: int) -> Answer:
    found: Answer = answer["cards"][0]["suggestions"][number]
    return found


BREAKS: dict[str, list[Callable[[Answer], object]]] = {
    "epic": [
        lambda answer: answer["cards"][0].update(selectionBehavior="at-most-one"),
        lambda answer: answer["cards"][0]["source"]["topic"].update(code="drug-interaction"),
        lambda answer: answer["cards"][0]["source"]["topic"].update(code="druginteraction"),
        lambda answer: suggestion(answer, 0)["actions"].append(suggestion(answer, 1)["actions"][0]),
        lambda answer: suggestion(answer, 1)["actions"][0].update(type="update"),
        lambda answer: suggestion(answer, 1)["actions"][0]["resource"]["code"]["coding"][0].update(
            system="http://loinc.org"
        ),
    ],
    "oracle": [
        lambda answer: answer["cards"][0].update(suggestions=[]),
        lambda answer: answer["cards"][0]["links"][0].update(appContext="PHmhIyqfO__udKS35jz-DeLjyPdjCbeE"),
    ],
}


@pytest.mark.parametrize("dialect", BREAKS)
def test_an_answer_in_the_ehrs_form_passes(dialect: str) -> None:
    assert check_response(fixture(f"{dialect}/order-sign"), fixture(f"{dialect}/response"), dialect) == []


@pytest.mark.parametrize(("dialect", "number"), [(d, n) for d, breaks in BREAKS.items() for n in range(len(breaks))])
def test_what_the_ehr_does_not_take_is_found(dialect: str, number: int) -> None:
    answer = fixture(f"{dialect}/response")
    BREAKS[dialect][number](answer)
    found = check_response(fixture(f"{dialect}/order-sign"), answer, dialect)
    assert "design-2.3-dialect" in {one.split(" ")[0] for one in found}, found


def test_the_standards_answer_is_not_one_for_the_others() -> None:
    for dialect in BREAKS:
        assert check_response(good_answer.request(), good_answer.response(), dialect)
