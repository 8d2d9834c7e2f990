"""Allergies and problems that are entered, refills and dispatches: the stories, on a real service."""

from __future__ import annotations

import pytest
from joserfc.jwk import ECKey

from fixtures.ehr.cds_client import CdsClient
from fixtures.ehr.order_entry import OrderEntry
from fixtures.ehr.records import Records, patient_of
from fixtures.ehr.settings import PATIENTS
from fixtures.ehr.stories import Trial, load_records, load_stories
from tests.running_service import RunningService

STORIES = load_stories(PATIENTS)
TRIALS = [(story, trial) for story in STORIES for trial in story.trials if trial.do not in ("order", "open")]
FHIR = "https://sandbox.example/fhir"


class Desk:
    """A patient's desk in front of a running service."""

    def __init__(self, service: RunningService, patient: str) -> None:
        self.records = Records(lambda: load_records(PATIENTS, STORIES))
        key = ECKey.generate_key("P-384", auto_kid=True)
        self.orders = OrderEntry(self.records, CdsClient(service.url, FHIR, key), FHIR)
        self.desk = self.orders.workspace(patient)

    def tries(self, trial: Trial) -> list[str]:
        if trial.do in ("allergy", "problem"):
            self.orders.enter(self.desk, trial.do, trial.type)
        elif trial.do == "book":
            self.orders.book(self.desk)
        elif trial.do == "leave":
            self.orders.leave(self.desk)
        else:
            hook = {"refill": "medication-refill", "dispatch": "order-dispatch"}[trial.do]
            self.orders.again(self.desk, hook, self.order(trial.type))
        assert not self.desk.failed
        return [f"{card.body['indicator']} {card.body['source']['topic']['code']}" for card in self.desk.cards]

    def order(self, drug: str) -> str:
        mine = (one for one in self.records.all("MedicationRequest") if patient_of(one) == self.desk.patient)
        return str(next(one["id"] for one in mine if drug in one["medicationCodeableConcept"]["text"]))


def test_each_of_these_hooks_has_a_story() -> None:
    assert {trial.do for _, trial in TRIALS} == {"allergy", "problem", "refill", "dispatch", "book", "leave"}
    assert all(not trial.after or trial.after in {one.type for one in story.trials} for story, trial in TRIALS)


@pytest.mark.parametrize(("story", "trial"), TRIALS, ids=lambda one: getattr(one, "do", None))
def test_the_story_shows_the_cards_that_it_tells_of(service: RunningService, story, trial) -> None:
    desk = Desk(service, story.patient)
    for first in (one for one in story.trials if one.type == trial.after):
        desk.tries(first)
    assert desk.tries(trial) == list(trial.expect)


def test_without_the_entry_a_refill_is_quiet_and_what_is_entered_stands_on_the_chart(service: RunningService) -> None:
    desk = Desk(service, "marta-silva")
    assert desk.tries(Trial("naproxen", "", (), "refill")) == []
    desk.tries(Trial("aspirin: hives", "", (), "allergy"))
    assert "aspirin: hives" in {one["code"]["text"] for one in desk.records.all("AllergyIntolerance")}


def test_what_is_no_entry_and_what_is_not_on_the_chart_is_refused(service: RunningService) -> None:
    desk = Desk(service, "marta-silva")
    desk.orders.enter(desk.desk, "gossip", "penicillin")
    assert desk.desk.problem and not desk.desk.advice
    desk.orders.again(desk.desk, "medication-refill", Desk(service, "helen-park").order("clopidogrel"))
    assert desk.desk.problem == "This order is not on the chart."
