"""Hostile inputs A and B around a process of their own: a wrong clock, a caller in clear, refusals side by side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.errors import SettingsError
from tests.cds_service.web.conftest import INVOKE, Edge, order_sign_body, prepared, running, settings_for
from tests.cds_service.web.ehr_tokens import Ehr


@pytest.mark.covers("A-38")
def test_hostile_38_a_clock_ten_minutes_behind_refuses_says_why_in_a_figure_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    ehr = Ehr("https://ehr.example.org/fhir", "north", settings.public_url)
    prepared(settings, ehr)
    monkeypatch.setenv("EDGE_CLOCK_SECONDS", "-600")
    with running(settings) as edge:
        for _ in range(3):
            assert edge.post(INVOKE, order_sign_body(), ehr.bearer()).status == 401
        figures = edge.get("/metrics").content.decode()
        assert 'countersign_refused_tokens_total{reason="token is from the future"} 3.0' in figures
        earlier = time.time() - 600
        assert edge.post(INVOKE, order_sign_body(), ehr.bearer(iat=earlier, exp=earlier + 60)).status == 200


@pytest.mark.covers("A-40")
def test_hostile_40_refusals_of_different_causes_cannot_be_told_apart(guarded: Edge, ehr: Ehr) -> None:
    """Not by a byte, and each writes its one audit row. `python -m tests.bench.auth` prints what each costs."""
    now = time.time()
    causes = {
        "unknown issuer": ehr.token(ehr.claims(iss="https://nobody.example.org")),
        "expired": ehr.token(ehr.claims(iat=now - 400, exp=now - 200)),
        "unknown key": ehr.token(header={"kid": "unknown"}),
        "changed": ehr.token()[:-6] + "AAAAAA",
        "no token": "",
    }
    replies = set()
    for cause, token in causes.items():
        before = len(guarded.rows("audit"))
        reply = guarded.post(INVOKE, order_sign_body(), {"Authorization": f"Bearer {token}"})
        assert (reply.status, reply.content) == (401, b""), cause
        assert len(guarded.rows("audit")) == before + 1, cause
        replies.add(tuple(sorted((name, value) for name, value in reply.headers.items() if name != "date")))
    assert len(replies) == 1, replies


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """Its public URL is https: a proxy in front ends TLS."""
    settings = settings_for(tmp_path_factory.mktemp("tls"), client_auth="off")
    with running(prepared(replace(settings, public_url="https://localhost"))) as edge:
        yield edge


@pytest.mark.covers("B-41", "SC1", "A2")
def test_hostile_41_who_came_in_clear_is_refused_and_not_redirected(behind_tls: Edge) -> None:
    for path in ("/cds-services", INVOKE):
        for reply in (
            behind_tls.get("/cds-services", {"X-Forwarded-Proto": "http"}),
            behind_tls.post(path, order_sign_body(), {"X-Forwarded-Proto": "http"}),
        ):
            assert reply.status == 403
            assert "location" not in reply.headers
    assert behind_tls.get("/cds-services", {"X-Forwarded-Proto": "https"}).status == 200


@pytest.mark.covers("B-41", "SC1")
def test_hostile_41_a_public_address_without_tls_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL must be https"):
        settings_for(tmp_path, public_url="http://cds.example.org")
