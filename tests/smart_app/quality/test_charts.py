"""The control charts of the quality page: a table from the server, and a picture that the page's script draws of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from cds_service.governance.control_charts import laney_p
from cds_service.store.reports.tallies import Tallies
from smart_app.quality.plots import plot_of
from tests.browser.history import write_history
from tests.running_service import ROOT
from tests.smart_app.access.test_in_a_frame import chromium  # noqa: F401 - a fixture
from tests.smart_app.conftest import house_at
from tests.smart_app.house import House
from tests.smart_app.sample_card import TENANT
from tests.smart_app.test_accessible import OWNER, faults, launched

# How many pixels of the first chart are of the colour that the style sheet gives this name.
COLOURED = """name => {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
  probe.remove();
  const canvas = document.querySelector('.drawing canvas');
  const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let at = 0; at < all.length; at += 4)
    if (wanted.every((one, channel) => one === all[at + channel]) && all[at + 3] === 255) found += 1;
  return found;
}"""


@pytest.fixture(scope="module")
def long_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An app with half a year of cards and answers."""
    with house_at(tmp_path_factory.mktemp("long-running")) as house:
        write_history(house.settings, house.ehr.iss, f"{house.ehr.iss}/{OWNER}", tenant=TENANT)
        house.store.modes.set(TENANT, {"companion-orders": "silent"})
        yield house


def quality_page(house: House, browser: Browser, **context: object) -> tuple[Page, list[str]]:
    """The page under its own security policy, and what the browser complained of."""
    page, complaints = browser.new_context(viewport={"width": 900, "height": 600}, **context).new_page(), []  # type: ignore[arg-type]
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    view = launched(house, page)
    page.goto(f"{house.settings.app_url}/quality?{view}")
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_is_drawn_from_the_table_under_a_strict_policy(
    long_running: House,
    chromium: Browser,  # noqa: F811
    scheme: str,
) -> None:
    page, complaints = quality_page(long_running, chromium, color_scheme=scheme)
    page.locator(".drawing canvas").nth(3).wait_for()
    for name in ("--accent", "--critical", "--info-ground", "--soft"):  # line, signals, limits, centre
        assert page.evaluate(COLOURED, name) > 20, name
    assert page.get_by_text("The numbers").first.is_visible() and not page.locator("figure table").first.is_visible()
    page.locator(".drawing").first.hover(position={"x": 400, "y": 80})
    week = page.locator(".readout").first.inner_text()
    value, lower, upper = re.findall(r"[\d.]+ %", week)
    page.get_by_text("The numbers").first.click()
    assert page.locator("figure table").first.get_by_role("row").filter(has_text=value).filter(has_text=upper).count()
    assert f"limits {lower} to {upper}" in week and complaints == []
    page.context.close()


def test_on_paper_the_chart_has_the_colours_of_paper(long_running: House, chromium: Browser) -> None:  # noqa: F811
    page, _ = quality_page(long_running, chromium, color_scheme="dark")
    page.locator(".drawing canvas").first.wait_for()
    page.emulate_media(media="print", color_scheme="light")
    page.wait_for_function(f"({COLOURED})('--accent') > 20")
    page.context.close()


def test_without_scripts_the_tables_stand_open_and_nothing_is_missing(long_running: House, chromium: Browser) -> None:  # noqa: F811
    page, _ = quality_page(long_running, chromium, java_script_enabled=False)
    tables = page.locator("figure table")
    assert tables.count() == 4 and tables.nth(3).is_visible()
    assert not page.locator(".drawing").first.is_visible() and not page.locator(".readout").first.is_visible()
    page.context.close()


def test_the_page_with_charts_and_silent_counts_is_accessible(long_running: House, chromium: Browser) -> None:  # noqa: F811
    page, _ = quality_page(long_running, chromium, bypass_csp=True)
    page.locator(".drawing canvas").first.wait_for()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 568})
    page.wait_for_function("document.querySelector('.drawing canvas').clientWidth < 320")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert faults(page) == []
    silent = page.locator("section[aria-labelledby=silent]").inner_text()
    assert "Silent now: companion-orders." in silent and re.search(r"companion-orders\s+Monitoring\s+26", silent)
    assert "companion-orders" not in page.locator("section[aria-labelledby=by-service]").inner_text()
    page.set_viewport_size({"width": 900, "height": 600})
    page.get_by_label("Period").select_option("13")
    page.get_by_role("button", name="Show").click()
    csv = page.request.get(page.get_by_role("link", name="CSV").evaluate("link => link.href")).text()
    assert "silent,companion-orders: Monitoring,,,,,13" in csv.splitlines()
    narrower = page.locator("section[aria-labelledby=silent]").inner_text()
    assert re.search(r"companion-orders\s+Monitoring\s+13", narrower)
    page.context.close()


def test_counting_that_takes_long_shows_that_it_goes_on(
    long_running: House,
    chromium: Browser,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with a year of a large hospital on a slow disk."""
    page, _ = quality_page(long_running, chromium)
    whole, seen = Tallies.cards, Event()

    def slowly(*asked: object) -> object:
        seen.wait(60)
        return whole(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Tallies, "cards", slowly)
    page.evaluate("location.reload()")
    page.get_by_text("Counting.").wait_for()
    seen.set()
    page.locator(".drawing canvas").first.wait_for()
    assert not page.get_by_text("Counting.").is_visible()
    page.context.close()


def test_the_library_is_the_one_that_the_notice_names() -> None:
    folder, notice = ROOT / "smart_app" / "static" / "vendor" / "uplot", (ROOT / "NOTICE").read_text("utf-8")
    named = dict(re.findall(r"(uPlot\.\S+)\s+([0-9a-f]{64})", notice))
    assert named == {one.name: digest(one) for one in folder.iterdir() if one.name != "LICENSE"}
    assert (folder / "LICENSE").read_text().startswith("The MIT License")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_row_tells_the_picture_no_more_than_the_reader_and_a_first_week_is_no_change() -> None:
    starts = [date(2026, 6, 1) + timedelta(weeks=number) for number in range(10)]
    chart = laney_p([6, 7, 0, 6, 5, 8, 6, 7, 5, 17], [17, 17, 0, 17, 17, 17, 17, 17, 17, 17], baseline=9)
    changes = [(date(2026, 6, 3), "old"), (date(2026, 6, 10), "new"), (date(2026, 6, 12), "newer")]
    plot = plot_of("Overridden", "percent", chart, starts, changes)
    first, second, nothing, *_, last = plot.rows
    assert (first.value.words, first.value.plain) == ("35.3 %", "0.353")
    assert (first.change, second.change) == ("", "new; newer")
    assert (nothing.value.plain, nothing.lower.plain, nothing.upper.words) == ("", "", "none")
    assert [row.in_baseline for row in plot.rows] == [True] * 9 + [False]
    assert plot.rules and next(plot.rules[number] for number in last.signals) == "beyond the limits"


def test_each_change_has_letters_of_its_own_however_many_there_are() -> None:
    starts = [date(2025, 1, 6) + timedelta(weeks=number) for number in range(31)]
    chart = laney_p([6] * 31, [17] * 31, baseline=9)
    plot = plot_of("Overridden", "percent", chart, starts, [(start, "new") for start in starts])
    marks = [row.mark for row in plot.rows]
    assert (marks[:2], marks[26:29]) == (["", "A"], ["Z", "AA", "AB"])
    assert len(set(marks)) == len(marks)
