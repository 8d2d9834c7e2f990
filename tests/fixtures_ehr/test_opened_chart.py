"""Opening a chart fires patient-view once; what its notes offer goes onto the chart with a Provenance."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from fhir.resources.R4B.provenance import Provenance

from cds_service.hooks import HOOKS
from fixtures.ehr.asking import CLINICIAN
from fixtures.ehr.settings import PATIENTS
from fixtures.ehr.stories import load_stories
from tests.fixtures_ehr.test_other_hooks import Desk
from tests.running_service import RunningService

NORA = "nora-quist"
(STORY,) = (one for one in load_stories(PATIENTS) if one.patient == NORA)


@pytest.fixture
def desk(service: RunningService) -> Desk:
    opened = Desk(service, NORA)
    opened.orders.open(opened.desk)
    return opened


def offered(desk: Desk) -> list[str]:
    return [f"{card.body['indicator']} {card.body['source']['topic']['code']}" for card in desk.desk.opened]


def suggested(desk: Desk, kind: str) -> tuple[str, int]:
    """The card and place of the suggestion that adds a resource of `kind`."""
    for card in desk.desk.opened:
        for place, one in enumerate(card.suggestions):
            if one["actions"][0]["resource"]["resourceType"] == kind:
                return card.key, place
    raise AssertionError(kind)


def test_the_opened_chart_shows_what_the_story_tells_of(desk: Desk) -> None:
    (trial,) = (one for one in STORY.trials if one.do == "open")
    assert offered(desk) == list(trial.expect)
    read = [card.body for card in desk.desk.opened if card.body["source"]["topic"]["code"] == "chart-reconciliation"]
    said = json.dumps(read)
    assert "diabetes" not in said and "gout" not in said
    assert not desk.desk.failed and not desk.desk.advice


def test_a_chart_is_asked_about_once_and_no_view_is_asked_beside_its_base(service: RunningService, desk: Desk) -> None:
    before = Counter(row["service"] for row in service.rows("invocation"))
    desk.orders.open(desk.desk)
    assert Counter(row["service"] for row in service.rows("invocation")) == before
    assert service.rooms is not None
    bases = {one.id for one in service.rooms.services.values() if one.id == one.base}
    for hook in HOOKS:
        asked = [one.id for one in desk.orders.cds.services(hook)]
        assert len(asked) == len(set(asked)) and set(asked) <= bases, hook


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Condition", "MedicationStatement"])
def test_what_is_accepted_stands_on_the_chart_with_where_it_came_from(desk: Desk, kind: str) -> None:
    count = len(desk.desk.opened)
    desk.orders.accept(desk.desk, *suggested(desk, kind))
    (written,) = (one for one in desk.records.all(kind) if "DocumentReference/nora-quist-note-1" in json.dumps(one))
    (made,) = desk.records.all("Provenance")
    Provenance.model_validate(made)
    assert made["target"] == [{"reference": f"{kind}/{written['id']}"}]
    assert made["agent"][0]["who"] == {"reference": CLINICIAN}
    assert made["entity"][0]["what"] == {"reference": "DocumentReference/nora-quist-note-1"}
    assert len(desk.desk.opened) == count - 1  # asked anew, and the list now has it
    assert not desk.desk.undelivered  # the feedback was taken


def test_an_order_is_warned_of_from_the_note_and_critical_once_the_allergy_is_on_the_list(desk: Desk) -> None:
    (trial,) = (one for one in STORY.trials if one.do == "order")
    desk.orders.add(desk.desk, trial.type)
    assert [card.body["indicator"] for card in desk.desk.cards if not card.is_offer] == ["warning"]
    desk.orders.accept(desk.desk, *suggested(desk, "AllergyIntolerance"))
    assert [card.body["indicator"] for card in desk.desk.cards if not card.is_offer] == ["critical"]


def test_a_service_that_is_down_leaves_the_chart_open(service: RunningService) -> None:
    desk = Desk(service, NORA)
    desk.orders.cds.forget()
    desk.orders.cds.base = "http://127.0.0.1:9/cds-services"
    desk.orders.open(desk.desk)
    assert desk.desk.opening is not None and desk.desk.opening[""].failure
    assert not desk.desk.failed  # what stands here says nothing of orders


def test_the_checklist_is_offered_ordered_and_set_aside_for_the_visit(service: RunningService) -> None:
    desk = Desk(service, "ines-falk")
    desk.desk.encounter = "ines-falk-second-visit"  # what is set aside here is not missed by another test
    desk.orders.open(desk.desk)
    (card,) = desk.desk.opened
    assert "Measure HbA1c" in card.body["summary"] and "Ines" not in json.dumps(card.body)
    labels = [one["label"] for one in card.suggestions]
    desk.orders.accept(desk.desk, card.key, labels.index("Order HbA1c"))
    desk.orders.accept(desk.desk, desk.desk.opened[0].key, labels.index("Recommend recombinant zoster vaccine"))
    (vaccine,) = desk.records.all("ImmunizationRecommendation")
    assert vaccine["patient"] == {"reference": "Patient/ines-falk"}
    (draft,) = desk.desk.drafts.values()
    assert (draft["resourceType"], draft["status"]) == ("ServiceRequest", "draft")
    desk.orders.dismiss(desk.desk, desk.desk.opened[0].key, 0, "")
    desk.orders.book(desk.desk)
    assert desk.desk.cards == [], "what was set aside stays away for this visit, whichever hook asks"
