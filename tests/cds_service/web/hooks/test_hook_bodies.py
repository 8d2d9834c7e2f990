"""Hostile inputs C: bodies of hook calls, over HTTP against a running service."""

from __future__ import annotations

import json
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.cds_service.web.conftest import INVOKE, Edge, Reply, order_sign_body
from tests.cds_service.web.edge_app import FAILS_FOR


def assert_outcome(reply: Reply, status: int, *, says: str = "", where: str = "") -> None:
    """A refusal carries an OperationOutcome that says what is wrong, and where when a member is meant."""
    assert reply.status == status
    outcome = reply.json()
    assert outcome["resourceType"] == "OperationOutcome"
    (issue,) = outcome["issue"]
    assert issue["severity"] == "error"
    assert says in issue["diagnostics"]
    assert issue.get("expression", [""]) == [where]


def test_a_sound_call_is_answered_with_cards(open_edge: Edge) -> None:
    reply = open_edge.post(INVOKE, order_sign_body())
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert [card["indicator"] for card in reply.json()["cards"]] == ["warning"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
)
@pytest.mark.covers("C-47")
def test_hostile_47_another_content_type_is_415(open_edge: Edge, kind: str) -> None:
    assert_outcome(open_edge.post(INVOKE, order_sign_body(), {"Content-Type": kind}), 415)


@pytest.mark.covers("C-47")
def test_hostile_47_a_compressed_body_is_415(open_edge: Edge) -> None:
    assert_outcome(open_edge.post(INVOKE, b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}), 415)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b'{"hook": "order-sign", ', "line 1, column"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ('{"hook": "order-sign"}'.encode("utf-16"), "not JSON in UTF-8"),
        (b'{"hook": "\xff"}', "not JSON in UTF-8"),
        (b'{"hook": "\\ud800"}', "surrogate"),
        (b'{"hook": NaN}', "not JSON"),
        (b'{"hook": 1e400}', "infinity"),
        (b'{"hook": "order-sign",}', "trailing comma"),
        (b"{} {}", "not JSON"),
    ],
)
@pytest.mark.covers("C-47", "A6", "A7", "F4", "SC20")
def test_hostile_47_what_is_not_strict_json_is_400_and_says_what(open_edge: Edge, raw: bytes, says: str) -> None:
    assert_outcome(open_edge.post(INVOKE, raw), 400, says=says)


@pytest.mark.covers("C-47")
def test_hostile_47_a_member_that_stands_twice_is_400_and_named(open_edge: Edge) -> None:
    raw = json.dumps(order_sign_body()).encode().replace(b'"patientId"', b'"patientId": "p2", "patientId"')
    assert_outcome(open_edge.post(INVOKE, raw), 400, says="twice", where="patientId")


@pytest.mark.covers("C-47")
def test_hostile_47_nesting_beyond_the_cap_is_400(open_edge: Edge) -> None:
    for depth in (65, 1_000, 100_000):
        raw = b'{"hook": ' + b"[" * depth + b"]" * depth + b"}"
        assert open_edge.post(INVOKE, raw).status == 400


@pytest.mark.covers("C-49")
def test_hostile_49_a_body_over_the_cap_is_413(open_edge: Edge) -> None:
    body = order_sign_body() | {"padding": "x" * open_edge.settings.max_body_bytes}
    assert_outcome(open_edge.post(INVOKE, body), 413)


@pytest.mark.covers("C-49")
def test_hostile_49_a_chunked_body_over_the_cap_is_413(open_edge: Edge) -> None:
    chunk = b"x" * 65_536
    head = f"POST {INVOKE} HTTP/1.1\r\nHost: {open_edge.settings.bind}\r\nContent-Type: application/json\r\n"
    answered = spoken(
        open_edge, head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + chunk + b"\r\n") * 20
    )
    assert answered.startswith(b"HTTP/1.1 413")


@pytest.mark.covers("C-49")
def test_hostile_49_a_lying_content_length_is_refused(open_edge: Edge) -> None:
    raw = json.dumps(order_sign_body()).encode()
    head = f"POST {INVOKE} HTTP/1.1\r\nHost: {open_edge.settings.bind}\r\nContent-Type: application/json\r\n"
    for length, codes in ((10, {b"400"}), (10**9, {b"413"})):
        answered = spoken(open_edge, head.encode() + b"Content-Length: %d\r\n\r\n" % length + raw)
        assert answered.split()[1] in codes


def spoken(edge: Edge, said: bytes) -> bytes:
    host, _, port = edge.settings.bind.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        with suppress(OSError):  # the answer may come, and the line close, before all is sent
            line.sendall(said)
        return line.recv(400)


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"1", b"true"])
@pytest.mark.covers("C-50", "A7")
def test_hostile_50_a_top_level_that_is_no_object_is_400(open_edge: Edge, raw: bytes) -> None:
    assert_outcome(open_edge.post(INVOKE, raw), 400, says="object")


@pytest.mark.covers("C-52")
def test_hostile_52_an_unknown_service_is_404_and_another_hook_400(open_edge: Edge) -> None:
    assert_outcome(open_edge.post("/cds-services/no-such-service", order_sign_body()), 404)
    for hook in ("patient-view", "no-such-hook", "", None, 5):
        assert_outcome(open_edge.post(INVOKE, order_sign_body() | {"hook": hook}), 400, where="hook")


@pytest.mark.parametrize("instance", [None, "", "not-a-uuid", 5, "7a2f0b52"])
@pytest.mark.covers("C-53", "C4", "P5")
def test_hostile_53_a_hook_instance_that_is_no_uuid_is_400(open_edge: Edge, instance: object) -> None:
    body = order_sign_body() | {"hookInstance": instance}
    assert_outcome(open_edge.post(INVOKE, body), 400, where="hookInstance")


@pytest.mark.covers("C-53", "C4", "SC24")
def test_hostile_53_the_same_body_again_gives_the_same_cards_and_another_body_fresh_ones(open_edge: Edge) -> None:
    body = order_sign_body() | {"hookInstance": str(uuid.uuid4())}
    first, again = open_edge.post(INVOKE, body), open_edge.post(INVOKE, body)
    other = open_edge.post(INVOKE, body | {"prefetch": {}})
    assert first.content == again.content
    assert first.json()["cards"][0]["uuid"] != other.json()["cards"][0]["uuid"]


@pytest.mark.covers("C-71", "C3")
def test_hostile_71_a_token_for_no_fhir_server_is_400(open_edge: Edge) -> None:
    body = order_sign_body() | {"fhirAuthorization": {"access_token": "secret-canary", "token_type": "Bearer"}}
    reply = open_edge.post(INVOKE, body)
    assert_outcome(reply, 400, where="fhirServer")
    assert b"canary" not in reply.content


@pytest.mark.covers("C-73")
def test_hostile_73_the_same_call_twice_at_once_gives_equal_cards_and_one_record(open_edge: Edge) -> None:
    body = order_sign_body() | {"hookInstance": str(uuid.uuid4())}
    before = len(open_edge.rows("invocation"))
    with ThreadPoolExecutor(8) as callers:
        replies = list(callers.map(lambda _: open_edge.post(INVOKE, body), range(8)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1
    assert len(open_edge.rows("invocation")) == before + 1


@pytest.mark.parametrize("member", ["context", "hook", "hookInstance"])
def test_a_missing_member_is_400_and_named(open_edge: Edge, member: str) -> None:
    body = {name: value for name, value in order_sign_body().items() if name != member}
    assert_outcome(open_edge.post(INVOKE, body), 400, where=member)


def test_a_wrong_context_member_is_named_with_its_path(open_edge: Edge) -> None:
    reply = open_edge.post(INVOKE, order_sign_body(patientId="Patient/p1"))
    assert_outcome(reply, 400, where="context.patientId")


def test_a_refused_body_stores_its_audit_row_and_nothing_else(open_edge: Edge) -> None:
    tables = ("invocation", "card", "suggestion", "feedback", "audit")
    before = {table: len(open_edge.rows(table)) for table in tables}
    open_edge.post(INVOKE, b"{")
    assert {table: len(open_edge.rows(table)) for table in tables} == {**before, "audit": before["audit"] + 1}


def test_an_unexpected_failure_is_a_500_that_says_nothing_of_the_chart(open_edge: Edge) -> None:
    reply = open_edge.post(INVOKE, order_sign_body(patientId=FAILS_FOR))
    assert_outcome(reply, 500, says="nothing was assessed")
    assert FAILS_FOR.encode() not in reply.content
    assert FAILS_FOR not in open_edge.errors.read_text()
    assert '"error":"RuntimeError at edge_app.py:' in open_edge.errors.read_text()


def test_another_method_is_405_and_says_which_are_allowed(open_edge: Edge) -> None:
    reply = open_edge.get(INVOKE)
    assert_outcome(reply, 405)
    assert "POST" in reply.headers["allow"]


def test_log_lines_are_json_with_listed_fields_and_no_identity(open_edge: Edge) -> None:
    open_edge.post(
        INVOKE + "?name=canary-query", order_sign_body(patientId="canary-patient", userId="Practitioner/canary-user")
    )
    open_edge.post("/cds-services/canary-service", order_sign_body())
    lines = [line for line in open_edge.errors.read_text().splitlines() if line.startswith("{")]
    assert "canary" not in "".join(lines)
    entry: dict[str, Any] = json.loads(lines[-2])
    assert entry["event"] == "call"
    assert (entry["service"], entry["status"], entry["cards"]) == ("medication-safety", 200, 1)
