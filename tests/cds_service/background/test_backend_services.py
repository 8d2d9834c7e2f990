"""SMART Backend Services against a token endpoint that checks the proof; our keys, their rotation, and note bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from json import dumps
from time import monotonic
from typing import Any

import pytest
from flask import Response

from cds_service.fhir.backend_services import AccessRefused, BackendServices
from cds_service.settings import Settings
from cds_service.store import BackendClient, NoteAddress, Store
from tests.cds_service.background.conftest import Run
from tests.cds_service.background.ehr_server import SCOPE, EhrServer, as_binary
from tests.running_service import RunningService

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}


def services(store: Store) -> BackendServices:
    return BackendServices(store.own_keys, lambda: datetime.now(UTC))


def client_of(store: Store, **changes: Any) -> BackendClient:
    (one,) = store.registrations.backend_clients()
    values = {name: getattr(one, name) for name in BackendClient.__dataclass_fields__}
    return BackendClient(**{**values, **changes})


@pytest.mark.covers("N1", "N3", "N4", "N5", "N8", "M1", "M2")
@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_token_is_had_with_either_algorithm_and_kept_until_it_ends(
    store: Store, registered: EhrServer, algorithm: str
) -> None:
    access = services(store)
    client = client_of(store, algorithm=algorithm)
    first = access.access(client)
    assert first.scopes == tuple(SCOPE.split())
    assert access.access(client) is first and len(registered.tokens) == 1
    assert registered.headers[0]["alg"] == algorithm and set(registered.headers[0]) == {"alg", "kid", "typ"}
    access.forget(client)
    assert access.access(client).token != first.token
    assert first.token not in repr(first)


@pytest.mark.covers("N2", "N6")
def test_our_key_set_is_public_and_only_its_public_half(registered: EhrServer, running: RunningService) -> None:
    reply = running.get("/.well-known/jwks.json")
    assert reply.status == 200
    keys = reply.body["keys"]
    assert {key["alg"] for key in keys} == {"ES384", "RS384"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not [key for key in keys if key.keys() & PRIVATE]
    ec, rsa = sorted(keys, key=lambda key: key["kty"])
    assert ec.keys() >= {"kty", "crv", "x", "y"} and rsa.keys() >= {"kty", "n", "e"}
    import requests

    assert "max-age=" in requests.get(f"{running.url}/.well-known/jwks.json", timeout=5).headers["Cache-Control"]


@pytest.mark.covers("N6")
def test_a_new_key_is_published_before_it_signs_and_the_old_one_until_it_is_retired(
    run: Run, store: Store, registered: EhrServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_service.web.auth.own_key_set.KEPT", -1.0)
    (old,) = [key for key in store.own_keys.all() if key.algorithm == "ES384"]
    assert run("clients", "own-keys", "rotate").exit_code == 0
    assert len(store.own_keys.published()) == 4
    client = client_of(store)
    services(store).access(client)
    assert registered.headers[-1]["kid"] == old.kid
    assert "signs: rotate first" in run("clients", "own-keys", "retire", old.kid).output
    assert run("clients", "own-keys", "rotate", "--now").exit_code == 0
    services(store).access(client)
    assert registered.headers[-1]["kid"] != old.kid
    assert run("clients", "own-keys", "retire", old.kid).exit_code == 0
    assert old.kid not in {key["kid"] for key in store.own_keys.published()}
    assert old.kid not in run("clients", "own-keys", "list").output
    assert {row["action"] for row in _audit(store)} >= {"make-own-key", "retire-own-key", "register-backend-client"}


def test_an_id_that_begins_with_a_dash_is_an_id(run: Run, store: Store) -> None:
    assert "we have no key -deJKJ" in run("clients", "own-keys", "retire", "-deJKJGlUbVMiBvkwJoUcQ").output


def _audit(store: Store) -> list[dict[str, Any]]:
    from sqlalchemy import text

    with store._database.reading() as connection:
        return [dict(row) for row in connection.execute(text("SELECT action FROM audit")).mappings()]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"token_url": "http://10.0.0.1/token"}, "not plain https"),
        ({"token_url": "http://127.0.0.1:1/token"}, "could not be reached"),
        ({"token_url": "https://user@ehr.example/token"}, "not plain https"),
        ({"scopes": ("system/*.cruds",)}, "invalid_client"),
    ],
)
@pytest.mark.covers("N10", "E9")
def test_no_access_is_said_in_words_that_quote_nothing(
    store: Store, registered: EhrServer, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(AccessRefused, match=said) as refused:
        services(store).access(client_of(store, **changes))
    assert "eyJ" not in str(refused.value)


def wanted(registered: EhrServer, *names: str) -> list[NoteAddress]:
    base = f"{registered.url}/fhir"
    return [NoteAddress("local", "patient-1", base, f"{base}/Binary/{name}") for name in names]


@pytest.mark.covers("N8", "N9")
def test_the_worker_reads_what_is_wanted_and_says_why_it_could_not(
    run: Run, store: Store, registered: EhrServer
) -> None:
    registered.documents = {
        "plain": as_binary("Allergic to penicillin (hives)."),
        "html": as_binary("<html><script>x()</script><p>Takes <b>warfarin</b></p><p>daily</p></html>", "text/html"),
        "raw": Response("as it is", content_type="text/plain; charset=utf-8"),
        "rtf": as_binary("{\\rtf1\\ansi Allergies: codeine\\par }", "application/rtf"),
        "pdf": as_binary("%PDF-1.7", "application/pdf"),
        "forbidden": 403,
        "broken": 500,
    }
    notes = wanted(registered, *registered.documents)
    assert store.notes.want(notes) == 7
    done = run("notes", "work", "--once")
    assert done.exit_code == 0, done.output
    assert "7 notes looked at" in done.output
    found = store.notes.bodies("local", [note.url for note in notes])
    texts = {url.rpartition("/")[2]: (body.text, body.reason) for url, body in found.items()}
    assert texts == {
        "plain": ("Allergic to penicillin (hives).", None),
        "html": ("Takes warfarin\n\ndaily", None),
        "rtf": ("Allergies: codeine", None),
        "raw": ("as it is", None),
        "pdf": (None, "its kind is not read: application/pdf"),
        "forbidden": (None, "not permitted"),
    }
    assert store.notes.counts() == {"read": 6, "wanted": 1}
    assert "6 read, 1 wanted" in run("notes", "list").output


def test_a_lifetime_is_read_as_number_and_as_text(store: Store, registered: EhrServer) -> None:
    stated = {"3599.9": 3599.9, "300": 300.0, 300.5: 300.5, "soon": 60.0, "1e400": 60.0, 0: 60.0, True: 60.0}
    for life, lasts in stated.items():
        answer = {"access_token": "a-token", "token_type": "bearer", "expires_in": life, "scope": SCOPE}
        registered.token_answer = ("\ufeff" + dumps(answer), 200)
        began = monotonic()
        ends = services(store).access(client_of(store)).ends
        assert began + lasts <= ends <= monotonic() + lasts, life


def test_a_token_that_the_server_takes_back_is_asked_for_anew(run: Run, store: Store, registered: EhrServer) -> None:
    registered.documents = {"one": as_binary("text")}
    registered.refuse_token_once = True
    notes = wanted(registered, "one")
    store.notes.want(notes)
    run("notes", "work", "--once")
    assert store.notes.bodies("local", [notes[0].url]) == {}
    assert store.notes.counts() == {"wanted": 1}


def test_nothing_outside_of_the_registered_base_is_read(run: Run, store: Store, registered: EhrServer) -> None:
    elsewhere = NoteAddress("local", "p", f"{registered.url}/fhir", f"{registered.url}/secrets/1")
    stranger = NoteAddress("local", "p", "https://other.example/fhir", "https://other.example/fhir/Binary/1")
    store.notes.want([elsewhere, stranger])
    run("notes", "work", "--once")
    assert not [path for path in registered.asked if "secrets" in path]
    assert store.notes.counts() == {"wanted": 2}


def test_a_stranger_cannot_put_a_job_on_the_queue(settings: Settings, run: Run, store: Store) -> None:
    """huey unpickles its messages: only what we signed gets so far."""
    import pickle

    from cds_service.background.queue import opened_queue
    from cds_service.store import Keyring

    with opened_queue(settings, Keyring.load(settings)) as queue:
        queue.storage.enqueue(pickle.dumps(("harmless",)))
        with pytest.raises(ValueError, match=r"Separator|[Ss]ignature"):
            queue.dequeue()
