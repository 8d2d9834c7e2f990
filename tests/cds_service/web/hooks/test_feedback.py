"""Feedback (conformance G, hostile inputs F) over HTTP into the real store."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import pytest

from tests.cds_service.web.conftest import INVOKE, Edge, order_sign_body
from tests.cds_service.web.edge_app import OFFERED
from tests.cds_service.web.ehr_tokens import Ehr
from tests.cds_service.web.hooks.test_hook_bodies import assert_outcome

FEEDBACK = INVOKE + "/feedback"
AT = "2026-11-23T10:00:00Z"


@pytest.fixture
def card(open_edge: Edge) -> dict[str, Any]:
    """A card that the service has just sent to the local tenant."""
    body = order_sign_body() | {"hookInstance": str(uuid.uuid4())}
    return dict(open_edge.post(INVOKE, body).json()["cards"][0])


def accepted(card: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    item = {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}],
        "outcomeTimestamp": AT,
    }
    return {name: value for name, value in {**item, **changes}.items() if value is not None}


def overridden(card: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    return {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": AT, **changes}


def of_card(edge: Edge, card: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in edge.rows("feedback") if row["card"] == card["uuid"]]


@pytest.mark.covers("F-101", "G1", "G2", "G3", "G5", "G9")
def test_hostile_101_accepted_and_overridden_are_200_without_a_body_and_stored(
    open_edge: Edge, card: dict[str, Any]
) -> None:
    later = overridden(card, outcomeTimestamp="2026-11-23T10:05:00+02:00", overrideReason={"reason": OFFERED})
    reply = open_edge.post(FEEDBACK, {"feedback": [accepted(card), later]})
    assert (reply.status, reply.content) == (200, b"")
    assert sorted(row["outcome"] for row in of_card(open_edge, card)) == ["accepted", "overridden"]


@pytest.mark.covers("G4")
def test_ids_may_come_as_urns_or_in_capitals(open_edge: Edge, card: dict[str, Any]) -> None:
    suggestion = {"id": f"urn:uuid:{card['suggestions'][0]['uuid'].upper()}"}
    item = accepted(card, card=f"urn:uuid:{card['uuid'].upper()}", acceptedSuggestions=[suggestion])
    assert open_edge.post(FEEDBACK, {"feedback": [item]}).status == 200
    assert [row["outcome"] for row in of_card(open_edge, card)] == ["accepted"]


@pytest.mark.covers("F-103", "G7")
def test_hostile_103_a_retry_of_the_same_feedback_adds_nothing(open_edge: Edge, card: dict[str, Any]) -> None:
    for _ in range(3):
        assert open_edge.post(FEEDBACK, {"feedback": [accepted(card)]}).status == 200
    assert len(of_card(open_edge, card)) == 1


@pytest.mark.covers("F-104")
def test_hostile_104_a_later_outcome_is_a_second_event(open_edge: Edge, card: dict[str, Any]) -> None:
    open_edge.post(FEEDBACK, {"feedback": [overridden(card)]})
    open_edge.post(FEEDBACK, {"feedback": [accepted(card, outcomeTimestamp="2026-11-23T11:00:00Z")]})
    rows = sorted(of_card(open_edge, card), key=lambda row: row["at"])
    assert [row["outcome"] for row in rows] == ["overridden", "accepted"]


@pytest.mark.covers("F-106")
def test_hostile_106_a_suggestion_that_is_not_on_the_card_is_400(open_edge: Edge, card: dict[str, Any]) -> None:
    wrong = accepted(card, acceptedSuggestions=[{"id": str(uuid.uuid4())}])
    assert open_edge.post(FEEDBACK, {"feedback": [wrong]}).status == 400
    assert of_card(open_edge, card) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"acceptedSuggestions": None}, "feedback[0].acceptedSuggestions"),
        ({"acceptedSuggestions": []}, "feedback[0].acceptedSuggestions"),
        ({"acceptedSuggestions": [{}]}, "feedback[0].acceptedSuggestions[0].id"),
        ({"acceptedSuggestions": ["x"]}, "feedback[0].acceptedSuggestions[0]"),
        ({"outcome": "ignored"}, "feedback[0].outcome"),
        ({"outcome": None}, "feedback[0].outcome"),
        ({"outcome": "overridden"}, "feedback[0].acceptedSuggestions"),
        ({"card": None}, "feedback[0].card"),
        ({"card": 5}, "feedback[0].card"),
        ({"outcomeTimestamp": None}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "yesterday"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-11-23T10:00:00"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-02-30T10:00:00Z"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": 1795000000}, "feedback[0].outcomeTimestamp"),
    ],
)
@pytest.mark.covers("F-107", "G3", "G4", "G9")
def test_hostile_107_a_malformed_item_is_400_and_named(
    open_edge: Edge, card: dict[str, Any], changes: dict[str, Any], where: str
) -> None:
    assert_outcome(open_edge.post(FEEDBACK, {"feedback": [accepted(card, **changes)]}), 400, where=where)
    assert of_card(open_edge, card) == []


@pytest.mark.parametrize("reason", ["text", {}, {"reason": {}}, {"reason": {"system": "s"}}, {"userComment": 5}])
def test_a_malformed_override_reason_is_400(open_edge: Edge, card: dict[str, Any], reason: object) -> None:
    reply = open_edge.post(FEEDBACK, {"feedback": [overridden(card, overrideReason=reason)]})
    assert reply.status == 400
    assert reply.json()["issue"][0]["expression"][0].startswith("feedback[0].overrideReason")


@pytest.mark.parametrize("body", [{}, {"feedback": []}, {"feedback": {}}, {"feedback": ["x"]}, {"feedback": None}])
def test_a_body_without_items_is_400(open_edge: Edge, body: dict[str, Any]) -> None:
    assert open_edge.post(FEEDBACK, body).status == 400


@pytest.mark.covers("F-109")
def test_hostile_109_one_bad_item_of_a_hundred_refuses_the_batch_and_does_so_again(
    open_edge: Edge, card: dict[str, Any]
) -> None:
    batch = [overridden(card, outcomeTimestamp=f"2026-11-23T10:00:{n % 60:02}.{n}Z") for n in range(100)]
    batch[57] = overridden(card, outcome="ignored")
    first, again = (open_edge.post(FEEDBACK, {"feedback": batch}) for _ in range(2))
    assert first.status == 400
    assert first.content == again.content
    assert of_card(open_edge, card) == []


@pytest.mark.covers("F-110")
def test_hostile_110_ten_thousand_items_or_a_huge_comment_are_refused(open_edge: Edge, card: dict[str, Any]) -> None:
    assert open_edge.post(FEEDBACK, {"feedback": [overridden(card)] * 10_000}).status in {400, 413}
    long = overridden(card, overrideReason={"userComment": "x" * 20_000})
    assert_outcome(open_edge.post(FEEDBACK, {"feedback": [long]}), 400, where="feedback[0].overrideReason.userComment")
    longer = overridden(card, overrideReason={"userComment": "x" * 2_000_000})
    assert_outcome(open_edge.post(FEEDBACK, {"feedback": [longer]}), 413)


@pytest.mark.covers("F-112")
def test_hostile_112_a_reason_that_the_card_did_not_offer_is_stored_as_the_clients_own(
    open_edge: Edge, card: dict[str, Any]
) -> None:
    other = {"system": "http://example.org/other", "code": "own", "display": "Our own words"}
    items = [
        overridden(card, overrideReason={"reason": OFFERED, "userComment": "seen"}),
        overridden(card, outcomeTimestamp="2026-11-23T12:00:00Z", overrideReason={"reason": other}),
    ]
    assert open_edge.post(FEEDBACK, {"feedback": items}).status == 200
    rows = sorted(of_card(open_edge, card), key=lambda row: row["at"])
    assert [bool(row["client_added"]) for row in rows] == [False, True]


@pytest.mark.parametrize(
    "members",
    [
        {"overrideReasons": [{"reason": OFFERED}]},
        {"overrideReasons": [OFFERED]},
        {"extension": {"overrideReason": {"reason": OFFERED}}},
        {"extension": {"com.example.feedback": {"overrideReasons": [{"reason": OFFERED}]}}},
    ],
)
@pytest.mark.covers("G6")
def test_reasons_are_read_where_epic_documents_them(
    open_edge: Edge, card: dict[str, Any], members: dict[str, Any]
) -> None:
    assert open_edge.post(FEEDBACK, {"feedback": [overridden(card, **members)]}).status == 200
    (row,) = of_card(open_edge, card)
    assert row["reason_code"] == OFFERED["code"]


@pytest.mark.covers("G9")
def test_an_unknown_card_is_passed_over_and_the_others_are_stored(open_edge: Edge, card: dict[str, Any]) -> None:
    stranger = overridden({"uuid": str(uuid.uuid4())})
    assert open_edge.post(FEEDBACK, {"feedback": [stranger, overridden(card)]}).status == 200
    assert len(of_card(open_edge, card)) == 1


def test_feedback_for_an_unknown_service_is_404(open_edge: Edge, card: dict[str, Any]) -> None:
    assert open_edge.post("/cds-services/nothing/feedback", {"feedback": [overridden(card)]}).status == 404


@pytest.mark.covers("G10", "SC6")
def test_feedback_accepts_its_own_url_and_the_services_as_audience(guarded: Edge, ehr: Ehr) -> None:
    stranger = {"feedback": [overridden({"uuid": str(uuid.uuid4())})]}
    assert guarded.post(FEEDBACK, stranger, ehr.bearer(FEEDBACK)).status == 200
    assert guarded.post(FEEDBACK, stranger, ehr.bearer(INVOKE)).status == 200
    assert guarded.post(FEEDBACK, stranger, ehr.bearer("/cds-services")).status == 401
    assert guarded.post(INVOKE, order_sign_body(), ehr.bearer(FEEDBACK)).status == 401


@pytest.mark.covers("F-113", "G11", "SC23")
def test_hostile_113_no_client_can_rate_another_clients_card_or_speak_for_it(
    guarded: Edge, ehr: Ehr, other_ehr: Ehr
) -> None:
    body = order_sign_body() | {"hookInstance": str(uuid.uuid4())}
    card = guarded.post(INVOKE, body, ehr.bearer()).json()["cards"][0]
    forged = {"Authorization": f"Bearer {other_ehr.token(other_ehr.claims(FEEDBACK, iss=ehr.issuer))}"}
    assert guarded.post(FEEDBACK, {"feedback": [overridden(card)]}, forged).status == 401
    foreign = guarded.post(FEEDBACK, {"feedback": [overridden(card)]}, other_ehr.bearer(FEEDBACK))
    assert (foreign.status, foreign.content) == (200, b"")  # answered like any unknown card
    assert of_card(guarded, card) == []
    assert guarded.post(FEEDBACK, {"feedback": [overridden(card)]}, ehr.bearer(FEEDBACK)).status == 200
    assert len(of_card(guarded, card)) == 1


@pytest.mark.covers("F-118")
def test_hostile_118_a_locked_database_is_503_within_its_patience(open_edge: Edge, card: dict[str, Any]) -> None:
    """The lock lasts until the answer is here: only the patience of the store ends the call."""
    path = open_edge.settings.database_url.removeprefix("sqlite:///")
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        reply = open_edge.post(FEEDBACK, {"feedback": [overridden(card)]})
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert_outcome(reply, 503)
    assert reply.headers["retry-after"]
    assert of_card(open_edge, card) == []
