"""How much work a coded order-sign is, counted and not timed: a change that multiplies it shows here, not in a clinic.

The figures are ceilings some way above what is needed when this was written; milliseconds are `make bench`'s matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder

from cds_service import create_app
from cds_service.answer import answer
from cds_service.fhir.tenant import LOCAL
from cds_service.hooks import parse_request
from cds_service.rooms import Rooms
from tests.bench.calls import calm, loud
from tests.calls_counted import calls_counted
from tests.cds_client import SERVICE
from tests.running_service import migrated

MOST_CALLS = {calm: 3200, loud: 6200}  # of Python functions, from the parsed request to the stored answer
MOST_OF_THE_EDGE = 500  # and beside these, from the HTTP request to the parsed one, and back
WARMING = 5


@pytest.fixture(scope="module")
def statements() -> list[str]:
    return []


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, statements: list[str]) -> Iterator[Flask]:
    def listen(connection: Any, _record: object) -> None:
        connection.set_trace_callback(statements.append)

    event.listen(Engine, "connect", listen)
    try:
        app = create_app(migrated(Path(tmp_path_factory.mktemp("work")), CLIENT_AUTH="off"))
        yield app
        app.extensions["countersign"].store.close()
    finally:
        event.remove(Engine, "connect", listen)


@pytest.fixture(scope="module")
def rooms(app: Flask) -> Rooms:
    return app.extensions["countersign"]  # type: ignore[no-any-return]


def asked(rooms: Rooms, body: dict[str, Any]) -> None:
    request = parse_request(body, rooms.services[SERVICE].hooks)
    answer(rooms, SERVICE, request, LOCAL, hashlib.sha256(orjson.dumps(body)).hexdigest())


@pytest.mark.covers("C6", "P17")
@pytest.mark.parametrize("kind", [calm, loud], ids=["one card", "many cards"])
def test_a_call_does_not_multiply_its_work(rooms: Rooms, kind: Any) -> None:
    for number in range(1, WARMING):
        asked(rooms, kind(number))
    body = kind(WARMING)
    with calls_counted() as count:
        asked(rooms, body)
    assert 500 < count[0] <= MOST_CALLS[kind]


def over_http(app: Flask, body: dict[str, Any]) -> Callable[[], int]:
    """What answers the call as a server hands it over; it gives the status."""
    rooms: Rooms = app.extensions["countersign"]
    path, place = f"/cds-services/{SERVICE}", rooms.settings.public_url
    environ = EnvironBuilder(path, place, method="POST", data=orjson.dumps(body), content_type="application/json")
    given, statuses = environ.get_environ(), []

    def handed() -> int:
        b"".join(app.wsgi_app(given, lambda status, _headers, _error=None: statuses.append(status)))
        return int(statuses[0].split()[0])

    return handed


@pytest.mark.parametrize("kind", [calm, loud], ids=["one card", "many cards"])
def test_the_edge_adds_the_same_work_to_every_call(app: Flask, rooms: Rooms, kind: Any) -> None:
    for number in range(200, 200 + WARMING):
        over_http(app, kind(number))()
    body, call = kind(220), over_http(app, kind(221))
    with calls_counted() as inside:
        asked(rooms, body)
    with calls_counted() as whole:
        assert call() == 200
    assert whole[0] - inside[0] <= MOST_OF_THE_EDGE


def test_a_body_is_parsed_once_and_beside_it_only_what_nobody_has_read_before(app: Flask) -> None:
    """An order's words are read from a copy of their own, so that what is kept of them names no patient."""
    drafts = 2
    over_http(app, calm(300))()
    for body, parses in ((calm(301), 1 + drafts), (calm(301), 1)):
        call = over_http(app, body)
        with calls_counted(orjson.loads) as count:
            assert call() == 200
        assert count[0] == parses


def test_a_call_is_stored_by_a_fixed_number_of_statements(rooms: Rooms, statements: list[str]) -> None:
    """Cards and suggestions are written together, so that five cards need no more statements than one has kinds."""
    asked(rooms, calm(100))
    kinds = []
    for kind in (calm, loud):
        statements.clear()
        asked(rooms, kind(101))
        kinds.append([" ".join(said.split()[:3]) for said in statements])
    few, many = ([said for said in one if said != "INSERT INTO card"] for one in kinds)
    assert few == many
    # The triggers of the audit table tell its statement once more for each of theirs.
    assert list(dict.fromkeys(few)) == [
        "BEGIN IMMEDIATE",
        "INSERT INTO invocation",
        "SELECT seq, link",
        "INSERT INTO known_patient",
        "INSERT INTO audit",
        "COMMIT",
    ]
    assert len(few) <= 9
