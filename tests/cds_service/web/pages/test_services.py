"""Each service has a page made from its code: hooks, prefetch with what is required, and its checks' own words."""

from __future__ import annotations

import html

import pytest

from cds_service.chart.notes.note import FIRST_LOOKS
from cds_service.checks import CHECKS
from tests.running_service import RunningService

SERVICES = (
    *("medication-safety", "companion-orders", "order-completion"),
    *("chart-reconciliation", "care-checklist", "discharge-instructions"),
)


def test_every_service_of_discovery_is_listed(service: RunningService) -> None:
    page = service.get("/services").text
    for one in service.get("/cds-services").body["services"]:
        assert f'href="services/{one["id"]}"' in page and html.escape(one["title"]) in page


@pytest.mark.parametrize("name", SERVICES)
def test_a_page_says_hooks_prefetch_and_checks(service: RunningService, name: str) -> None:
    page = html.unescape(service.get(f"/services/{name}").text)
    entries = [one for one in service.get("/cds-services").body["services"] if one["id"] == name]
    assert {one["hook"] for one in entries} <= {part.split("</code>")[0] for part in page.split("<code>")}
    for key, query in entries[0]["prefetch"].items():
        assert f"<code>{key}</code>" in page and f"<code>{query}</code>" in page
    mine = [one for one in CHECKS.values() if one.service == name]
    assert mine and all(f'href="../checks/{one.id}"' in page for one in mine)
    assert not [one for one in CHECKS.values() if one.service != name and f'href="../checks/{one.id}"' in page]


def test_a_required_key_is_marked(service: RunningService) -> None:
    for name in ("chart-reconciliation", "care-checklist", "discharge-instructions"):
        assert service.get(f"/services/{name}").text.count("<td>412,") == 1
    assert "<td>412," not in service.get("/services/medication-safety").text


def test_the_page_of_reconciliation_says_who_reads_and_how_often_it_was_right(service: RunningService) -> None:
    page = service.get("/services/chart-reconciliation").text
    assert "by no model" in page
    for right, looked in FIRST_LOOKS.values():
        assert f"<td>{right} of {looked}</td>" in page
    assert "How notes are read" not in service.get("/services/medication-safety").text


def test_a_view_shows_its_own_topics_alone(service: RunningService) -> None:
    page = service.get("/services/medication-allergy").text
    assert "A view of" in page and "checks/drug-allergy" in page and "checks/renal-dosing" not in page


def test_a_service_that_does_not_exist_has_no_page(service: RunningService) -> None:
    assert service.get("/services/of-our-dreams").status == 404
