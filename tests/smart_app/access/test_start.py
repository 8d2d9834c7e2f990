"""Starting the app: what it needs, what it brings, and what it says when its database goes away."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from cds_service.errors import SettingsError
from cds_service.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store import migrate
from cds_service.tables import knowledge_of
from smart_app import create_app
from smart_app.access.security import content_security_policy
from smart_app.library import related
from tests.smart_app.conftest import related as small_index

TABLE = "interactions.csv"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings.from_env({"COUNTERSIGN_RUN_DIR": str(tmp_path / "run")})
    migrate(made)
    return made


def asked(app: Flask, path: str, **options: object) -> tuple[int, str]:
    response = app.test_client().get(path, base_url="http://127.0.0.1:8001", **options)
    return response.status_code, response.text


def test_a_database_that_was_not_migrated_stops_the_start_with_the_command_to_type(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="python -m cds_service migrate"):
        create_app(Settings.from_env({"COUNTERSIGN_RUN_DIR": str(tmp_path)}))


def few_rows(settings: Settings) -> Knowledge:
    """The shipped tables with some interactions alone: embedding all of them takes half a minute."""
    whole = knowledge_of(settings)
    return replace(whole, rows=dict.fromkeys(whole.rows, ()) | {TABLE: whole.rows[TABLE][:60]})


def test_the_app_starts_with_the_passages_that_are_shipped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smart_app.knowledge_of", few_rows)
    assert asked(create_app(settings), "/healthz") == (200, "ok\n")
    search = related.open_related(settings, few_rows(settings))
    found = search.beside("warfarin raises bleeding risk", exclude=())
    assert found.passages, "a page waited for the embedder and got nothing"
    ends = time.monotonic() + 120
    while found.degraded and time.monotonic() < ends:
        time.sleep(0.2)  # asking does not wait; the thread that embeds has the lower priority
        found = search.beside("warfarin raises bleeding risk", exclude=())
    assert len(found.passages) == related.HOW_MANY and not found.degraded
    assert len({passage.text for passage in found.passages}) == related.HOW_MANY


def test_a_missing_embedder_leaves_the_search_by_words(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    without = replace(settings, models_dir=tmp_path / "empty")
    found = related.open_related(without, knowledge_of(without)).beside("warfarin bleeding", exclude=())
    assert found.passages and found.degraded


def test_a_database_that_goes_away_gives_a_page_that_says_so(settings: Settings) -> None:
    app = create_app(settings, related=small_index())
    (settings.run_dir / "countersign.sqlite3").rename(settings.run_dir / "gone")
    status, page = asked(app, "/launch", query_string={"iss": "http://localhost:8002/fhir", "launch": "x"})
    assert status == 503 and "database does not answer" in page


def test_a_fault_of_ours_shows_no_detail(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    app = create_app(settings, related=small_index())

    def broken() -> str:
        raise ValueError("canary of a chart")

    app.add_url_rule("/broken", view_func=broken)
    with capture_logs() as lines:
        status, page = asked(app, "/broken")
    out, err = capfd.readouterr()
    assert status == 500 and "canary" not in page + out + err + str(lines)
    assert [line["error"] for line in lines] == ["ValueError"]


@pytest.mark.covers("SA14")
def test_only_exact_origins_may_frame_the_app() -> None:
    assert content_security_policy(()).endswith("frame-ancestors 'none'")
    assert content_security_policy(("https://*.example", "*")).endswith("frame-ancestors 'none'")
    assert content_security_policy(("https://ehr.example",)).endswith("frame-ancestors https://ehr.example")


@pytest.mark.covers("H-140")
def test_a_debugger_or_a_database_that_all_may_read_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as there:
        there.setenv("FLASK_DEBUG", "1")
        with pytest.raises(SettingsError, match="FLASK_DEBUG"):
            create_app(settings)
    (settings.run_dir / "countersign.sqlite3").chmod(0o644)
    with pytest.raises(SettingsError, match=r"countersign\.sqlite3 can be read by every user"):
        create_app(settings)


@pytest.mark.covers("SA17", "H-140")
def test_there_is_no_secret_key_to_lose(settings: Settings) -> None:
    assert create_app(settings).secret_key is None
