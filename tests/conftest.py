"""Servers that many tests share: the whole service, with and without client authentication, each started once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cds_service import models, tables
from cds_service.knowledge import load_knowledge
from smart_app.library import related
from tests.cds_service.web.ehr_tokens import Ehr
from tests.charts import knowledge
from tests.postgres import PostgresServer, postgres_server
from tests.ready_databases import ReadyDatabases
from tests.running_service import RunningService, in_this_process, migrated, under_gunicorn

pytest_plugins = ("tests.figures",)
HERE = Path(__file__).parent

# The files that take longest. Begun last, one of them would leave the other process of `make test` without work.
LONGEST_FIRST = (
    "browser/test_typed_orders.py",
    "cds_service/web/ops/test_commands.py",
    "cds_service/web/ops/test_serve.py",
    "browser/test_evidence.py",
    "chaos/test_storm.py",
    "cds_service/web/pages/test_schemathesis.py",
    "cds_service/knowledge/test_rxnorm_import.py",
    "browser/test_make_run.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {HERE / name: place for place, name in enumerate(LONGEST_FIRST)}
    assert all(file.exists() for file in places), "a file of LONGEST_FIRST is gone"
    items.sort(key=lambda one: places.get(one.path, len(places)))


@pytest.fixture(scope="session", autouse=True)
def shipped_content_loaded_once() -> Iterator[None]:
    """All services and commands of this process speak from one loading of the shipped tables and models, which takes
    more than a second and a hundred megabytes: they are frozen, and how they are read has tests of its own."""
    shipped, load = tables.read_tables(None), models.load_models

    @cache
    def shipped_models() -> models.Models:
        return load(SimpleNamespace(models_dir=None), knowledge().vocabulary.names())

    def load_models(settings: Any, names: Any) -> models.Models:
        ours = settings.models_dir is None and names == knowledge().vocabulary.names()
        return shipped_models() if ours else load(settings, names)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "load_knowledge", lambda of: knowledge() if of == shipped else load_knowledge(of))
        patched.setattr(models, "load_models", load_models)
        patched.setattr(related, "load_models", load_models)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run, without waiting for the disk: what is durable is proved in tests/chaos."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Every test that touches a database runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def ready_databases(postgres: PostgresServer) -> ReadyDatabases:
    return ReadyDatabases(postgres)


@pytest.fixture
def ready_urls(engine_name: str, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """As `database_urls`, of databases that are migrated and empty; `stand_ready` makes the files of SQLite so."""
    if engine_name == "sqlite":
        yield {}
        return
    with request.getfixturevalue("ready_databases").urls() as urls:
        yield urls


@pytest.fixture
def database_urls(engine_name: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings that name two new databases of this engine; none for SQLite, whose files come with the run folder."""
    if engine_name == "sqlite":
        return {}
    server = request.getfixturevalue("postgres")
    return {"DATABASE_URL": server.make_database(), "REPLAY_DATABASE_URL": server.make_database()}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The whole service in this process; every caller is tenant `local`."""
    with in_this_process(migrated(tmp_path_factory.mktemp("service"), CLIENT_AUTH="off")) as running:
        yield running


@pytest.fixture(scope="session")
def punctual_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """As `service`, with the deadline as it is shipped: for what is ended by nothing else."""
    settings = migrated(tmp_path_factory.mktemp("punctual"), CLIENT_AUTH="off", DEADLINE_MS="2000")
    with in_this_process(settings) as running:
        yield running


@pytest.fixture(scope="session")
def registered_ehr() -> Ehr:
    """An EHR that `guarded_service` knows; its audience is set once the port is known."""
    return Ehr("https://north.example.org/fhir", "north", "")


@pytest.fixture(scope="session")
def guarded_service(tmp_path_factory: pytest.TempPathFactory, registered_ehr: Ehr) -> Iterator[RunningService]:
    """The whole service under gunicorn as `serve` starts it, with client authentication on."""
    settings = migrated(tmp_path_factory.mktemp("guarded-service"), registered_ehr.registration())
    registered_ehr.public_url = settings.public_url
    with under_gunicorn(settings) as running:
        yield running
