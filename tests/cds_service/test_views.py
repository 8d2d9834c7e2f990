"""Views: a topic at a time, under an id of its own, with everything that makes an answer trustworthy left in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.views import parse_views
from tests.hook_calls import active, allergy, bundle, chart, draft, order_select, order_sign
from tests.running_service import RunningService, in_this_process, migrated

SITE = """
loud-interactions:
  service: medication-safety
  topics: [drug-interaction]
  hooks: [order-sign]
  minimum: critical
  title: Loud interactions
  description: Only what is critical, at signing.
"""
BOTH = {"medications": bundle(active("warfarin 5 mg daily")), "allergies": bundle(allergy("sulfa antibiotics"))}


def topics(service: RunningService, view: str) -> set[str]:
    reply = service.ask(order_sign(draft("bactrim ds bid"), prefetch=chart(**BOTH)), view)
    return {one["topic"] for one in reply.findings}


@pytest.mark.covers("design-2.3-views")
def test_each_view_speaks_of_its_topic_alone(service: RunningService) -> None:
    assert topics(service, "medication-safety") >= {"drug-interaction", "drug-allergy"}
    assert topics(service, "medication-allergy") == {"drug-allergy"}
    assert topics(service, "medication-interactions") == {"drug-interaction"}


def test_a_view_stands_in_discovery_and_takes_feedback_on_its_own_cards(service: RunningService) -> None:
    import json

    listed = {(one["id"], one["hook"]) for one in service.get("/cds-services").body["services"]}
    assert {("medication-allergy", "order-sign"), ("medication-interactions", "order-select")} <= listed
    call = order_sign(draft("bactrim ds bid"), prefetch=chart(**BOTH))
    (card,) = service.ask(call, "medication-allergy").cards
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"}
    raw = json.dumps({"feedback": [item]}).encode()
    assert service.post("/cds-services/medication-allergy/feedback", raw).status == 200
    assert [row["service"] for row in service.rows("feedback") if row["card"] == card["uuid"]] == ["medication-allergy"]


def test_the_concern_is_the_same_in_a_view_and_in_its_base(service: RunningService) -> None:
    call = order_sign(draft("bactrim ds bid"), prefetch=chart(**BOTH))
    ids = {
        service.ask(call, name).card("drug-allergy")["extension"]["org.countersign.concern"]["id"]
        for name in ("medication-safety", "medication-allergy")
    }
    assert len(ids) == 1


def test_a_view_says_what_it_could_not_look_at(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("bactrim ds bid"), prefetch={}), "medication-allergy")
    assert "allergy list was not supplied" in reply.card("not-assessed")["detail"]
    unknown = service.ask(order_sign(draft("zorbaquint 5 mg")), "medication-interactions")
    assert unknown.card("not-assessed")


@pytest.fixture(scope="module")
def at_a_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    site = tmp_path_factory.mktemp("site")
    (site / "views.yaml").write_text(SITE)
    settings = migrated(tmp_path_factory.mktemp("viewed"), CLIENT_AUTH="off", KNOWLEDGE_DIR=str(site))
    with in_this_process(settings) as running:
        yield running


def test_a_site_has_views_of_its_own_with_hooks_and_a_least_display(at_a_site: RunningService) -> None:
    interacting = chart(medications=bundle(active("warfarin 5 mg daily")))
    assert at_a_site.ask(order_sign(draft("bactrim ds bid"), prefetch=interacting)).card("drug-interaction")
    assert at_a_site.ask(order_sign(draft("bactrim ds bid"), prefetch=interacting), "loud-interactions").cards == []
    critical = order_sign(
        draft("nitroglycerin 0.4 mg sl prn"), prefetch=chart(medications=bundle(active("sildenafil")))
    )
    assert at_a_site.ask(critical, "loud-interactions").card("drug-interaction")["indicator"] == "critical"
    selected = order_select(draft("bactrim ds bid"), selections=["MedicationRequest/draft-1"])
    assert at_a_site.call(selected, "loud-interactions").status == 400


@pytest.mark.parametrize(
    "changed",
    [
        ("medication-safety", "no-such-service"),
        ("drug-interaction", "astrology"),
        ("order-sign", "order-burn"),
        ("critical", "deafening"),
        ("loud-interactions", "medication-safety"),
        ("title:", "name:"),
        ("loud-interactions:", "Loud!:"),
    ],
)
def test_a_view_that_is_not_usable_stops_the_start_with_its_name(changed: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"^here: "):
        parse_views(SITE.replace(*changed, 1), "here")
