"""The three apps and a browser, started once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser

from cds_service.store import Keyring, Store, open_store
from tests.browser.clinician import Clinician, chromium
from tests.browser.records import broken_clauses
from tests.browser.three_apps import ThreeApps, three_apps


@pytest.fixture(scope="package")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeApps]:
    with three_apps(tmp_path_factory.mktemp("three-apps")) as running:
        yield running
        with closing(open_store(running.settings, Keyring.load(running.settings))) as opened:
            assert list(broken_clauses(running, opened)) == []


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def clinician(apps: ThreeApps, browser: Browser) -> Iterator[Clinician]:
    """At the end of each test: no error on the console, no request that left this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    clinician = Clinician(context.new_page(), apps.addresses)
    yield clinician
    context.close()
    assert clinician.complaints == []
    assert clinician.strayed == []


@pytest.fixture
def store(apps: ThreeApps) -> Iterator[Store]:
    """The store of the running service, opened beside it with the keys of its run folder."""
    with closing(open_store(apps.settings, Keyring.load(apps.settings))) as opened:
        yield opened
