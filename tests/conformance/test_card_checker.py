"""The checker finds nothing in a good answer, and each clause finds what is broken in a bad one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.conformance import good_answer
from tests.conformance.card_checker import CLAUSES, check_response

Break = Callable[[dict[str, Any]], object]


def card(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["cards"][0]
    return found


def concern(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = card(answer)["extension"]["org.countersign.concern"]
    return found


def assessment(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["extension"]["org.countersign.assessment"]
    return found


def suggestion(answer: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = card(answer)["suggestions"][number]
    return found


def action(answer: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = suggestion(answer, number)["actions"][0]
    return found


def link(answer: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = card(answer)["links"][number]
    return found


def put(part: Callable[..., dict[str, Any]], *at: int, **members: Any) -> Break:
    """Replace members of a part of the answer."""
    return lambda answer: part(answer, *at).update(members)


def drop(part: Callable[..., dict[str, Any]], name: str, *at: int) -> Break:
    return lambda answer: part(answer, *at).pop(name)


def detail(text: str) -> Break:
    return put(card, detail=text)


def recommend_two(answer: dict[str, Any]) -> None:
    suggestion(answer, 0)["isRecommended"] = suggestion(answer, 1)["isRecommended"] = True


def another_drug(answer: dict[str, Any]) -> None:
    action(answer, 2)["resource"] = good_answer.draft(id="new-2")


BROKEN: dict[str, list[Break]] = {
    "A3": [
        put(card, detail=None),
        put(card, links=[]),
        put(card, extension={}),
        put(link, label=""),
        put(assessment, models={}),
        lambda answer: action(answer, 1)["resource"].update(note=[None]),
    ],
    "A4": [put(card, detail="  \n")],
    "A5": [lambda answer: answer.update(systemActions=[])],
    "F1": [
        lambda answer: answer.pop("cards"),
        lambda answer: answer.update(cards={}),
        lambda answer: answer["cards"].append("a card"),
        lambda answer: answer.update(summary="no member of ours"),
    ],
    "F5": [
        drop(card, "summary"),
        put(card, summary="s" * 140),
        put(card, summary="two\nlines"),
        drop(card, "indicator"),
        drop(card, "source"),
    ],
    "F6": [put(card, indicator="hard-stop"), put(card, indicator="Warning")],
    "F7": [detail("<b>bold</b>"), detail("<div>block</div>"), put(card, detail=["not text"])],
    "F8": [
        drop(card, "uuid"),
        put(card, uuid="urn:uuid:11111111-0000-5000-8000-000000000001"),
        put(card, uuid="A" * 36),
    ],
    "F9": [
        put(card, source={"topic": {"system": "s", "code": "c"}}),
        lambda answer: card(answer)["source"].update(url="/label.pdf"),
        lambda answer: card(answer)["source"].update(icon="javascript:alert(1)"),
        lambda answer: card(answer)["source"].update(url="https://ehr.example.org/ruth-alder"),
    ],
    "F11": [
        lambda answer: card(answer)["source"].pop("topic"),
        lambda answer: card(answer)["source"]["topic"].pop("system"),
        lambda answer: card(answer)["source"].update(topic="drug-interaction"),
    ],
    "F12": [drop(card, "selectionBehavior"), put(card, selectionBehavior="all")],
    "F13": [recommend_two],
    "F14": [drop(suggestion, "label"), drop(suggestion, "uuid"), put(suggestion, uuid="1")],
    "F15": [
        put(suggestion, actions=[]),
        drop(suggestion, "actions"),
        lambda answer: suggestion(answer)["actions"].append(deepcopy(action(answer, 1))),
    ],
    "F16": [put(suggestion, actionSelectionBehavior="all")],
    "F17": [put(action, type="remove"), drop(action, "description"), put(action, description=" ")],
    "F18": [
        drop(action, "resource", 1),
        put(action, 2, resource={"resourceType": "ServiceRequest", "id": "new-1"}),
        put(action, 2, resource={"resourceType": "Nonsense", "id": "new-1"}),
        lambda answer: action(answer, 2)["resource"].update(occurrenceDateTime="tomorrow"),
        lambda answer: action(answer, 1)["resource"].pop("medicationCodeableConcept"),
        lambda answer: action(answer, 2)["resource"].pop("id"),
    ],
    "F19": [
        put(action, resourceId="https://ehr.example.org/MedicationRequest/draft-1"),
        drop(action, "resourceId"),
        put(action, resource="MedicationRequest/draft-1"),
    ],
    "F20": [
        put(action, resourceId="MedicationRequest/active-1"),
        lambda answer: action(answer, 1)["resource"].update(id="draft-2"),
        lambda answer: action(answer, 2)["resource"].update(resourceType="MedicationRequest", id="draft-1"),
        another_drug,
    ],
    "F21": [
        lambda answer: action(answer, 1)["resource"].pop("extension"),
        lambda answer: action(answer, 1)["resource"].update(status="active"),
    ],
    "F22": [
        put(card, overrideReasons=[{"system": "s", "code": "c"}]),
        put(card, overrideReasons=[{"code": "c", "display": "d"}]),
        put(card, overrideReasons="known"),
    ],
    "F24": [
        drop(link, "label"),
        drop(link, "url"),
        drop(link, "type"),
        put(link, url="/launch"),
        put(link, type="app"),
    ],
    "F25": [put(link, 1, appContext="PHmhIyqfO__udKS35jz-DeLjyPdjCbeE")],
    "F26": [
        put(link, url="https://app.example.org/launch?launch=1"),
        put(link, url="https://app.example.org/callback"),
    ],
    "F27": [
        put(link, appContext={"card": "1"}),
        put(link, url="https://x.example.org/PHmhIyqfO__udKS35jz-DeLjyPdjCbeE"),
    ],
    "F28": [
        put(link, appContext='{"patient": "7"}'),
        put(link, appContext="short"),
        put(link, appContext="0123456789-ruth-alder-0123456789"),
    ],
    "F31": [lambda answer: answer.update(systemActions=[action(answer)])],
    "F33": [
        detail("![chart](https://evil.example/p.png)"),
        detail("[open](javascript:alert(1))"),
        detail("[open](ehr/patients)"),
        detail("see https://evil.example/x"),
        detail("see www.evil.example"),
        detail("turned \u202e round"),
        put(card, summary="zero\u200bwidth"),
        put(suggestion, label="Cancel \u2066this"),
        put(action, description="two\nlines"),
    ],
    "design-2.3-assessment": [
        lambda answer: answer.pop("extension"),
        drop(assessment, "knowledge"),
        drop(assessment, "models"),
        put(assessment, not_assessed="all of it"),
        put(assessment, not_assessed=[{"topic": "renal-dosing"}]),
        put(assessment, not_assessed=[{"topic": "astrology", "reason": "no stars"}]),
    ],
    "design-2.3-topic": [
        lambda answer: card(answer)["source"]["topic"].update(code="interaction"),
        lambda answer: card(answer)["source"]["topic"].update(system="http://example.org/topics"),
    ],
    "design-2.3-concern": [
        drop(card, "extension"),
        put(concern, id="617369903DE06ABA"),
        drop(concern, "check"),
        drop(concern, "rule"),
        drop(concern, "version"),
        put(concern, harm="unknown"),
    ],
    "design-2.6-detail": [drop(card, "detail"), detail("d" * 1500)],
    "design-2.6-order": [lambda answer: answer["cards"].reverse()],
    "design-2.6-not-assessed": [lambda answer: answer["cards"].append(deepcopy(answer["cards"][1]))],
    "design-2.7-uuids": [
        lambda answer: answer["cards"].append(deepcopy(card(answer))),
        lambda answer: suggestion(answer).update(uuid=card(answer)["uuid"]),
    ],
}


def test_nothing_is_found_in_a_good_answer() -> None:
    assert check_response(good_answer.request(), good_answer.response()) == []


def test_no_advice_is_a_good_answer() -> None:
    quiet = {"cards": [], "extension": good_answer.response()["extension"]}
    assert check_response(good_answer.request(), quiet) == []


def test_every_clause_is_shown_to_fail() -> None:
    assert BROKEN.keys() == CLAUSES.keys() - {"design-2.3-dialect"}, "the dialects have tests of their own"


@pytest.mark.parametrize(
    ("clause", "number"), [(clause, number) for clause, breaks in BROKEN.items() for number in range(len(breaks))]
)
def test_a_broken_answer_is_reported_under_its_clause(clause: str, number: int) -> None:
    answer = good_answer.response()
    BROKEN[clause][number](answer)
    found = check_response(good_answer.request(), answer)
    assert clause in {one.split(" ")[0] for one in found}, found


@pytest.mark.parametrize("answer", [None, [], "cards", {"cards": None}, {"cards": [None, 1, {"suggestions": [1]}]}])
def test_an_answer_of_any_shape_is_reported_and_not_tripped_over(answer: object) -> None:
    assert any(one.startswith("F1 ") for one in check_response(good_answer.request(), answer))


@pytest.mark.parametrize("text", ["\\<b\\>", "a \\*b\\*", "http\\://evil.example", "www\\.evil.example", "1 < 2"])
def test_escaped_text_is_no_violation(text: str) -> None:
    answer = good_answer.response()
    card(answer)["detail"] = text
    assert check_response(good_answer.request(), answer) == []


def test_a_fault_that_the_draft_came_with_is_not_held_against_the_update() -> None:
    request, answer = good_answer.request(), good_answer.response()
    request["context"]["draftOrders"]["entry"][0]["resource"]["vendorField"] = 7
    action(answer, 1)["resource"]["vendorField"] = 7
    assert check_response(request, answer) == []
